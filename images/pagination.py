"""Lists come as {count, next, previous, results}."""

from rest_framework.pagination import PageNumberPagination

from images.addresses import public


class PageAndLimit(PageNumberPagination):
    """`?page=2&limit=50`; 20 a page unless asked otherwise, 100 at most."""

    page_size = 20
    page_size_query_param = "limit"
    max_page_size = 100

    def get_next_link(self) -> str | None:
        """The address of the next page, None on the last."""
        url = super().get_next_link()
        return public(url, self.request) if url and self.request else None

    def get_previous_link(self) -> str | None:
        """The address of the page before, None on the first."""
        url = super().get_previous_link()
        return public(url, self.request) if url and self.request else None
