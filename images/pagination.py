"""Lists come as {count, next, previous, results}."""

from rest_framework.pagination import PageNumberPagination


class PageAndLimit(PageNumberPagination):
    """`?page=2&limit=50`; 20 a page unless asked otherwise, 100 at most."""

    page_size = 20
    page_size_query_param = "limit"
    max_page_size = 100
