"""Sums with moments, done by the database.

A wrong clock on a web or worker host therefore changes nothing.
"""

from datetime import timedelta

from django.db.models import DateTimeField, ExpressionWrapper, Value
from django.db.models.expressions import Combinable, CombinedExpression
from django.db.models.functions import Now


def after(moment: Combinable, span: timedelta) -> "ExpressionWrapper[CombinedExpression]":
    """That long after a moment which the database knows; before it, when `span` is negative."""
    return ExpressionWrapper(moment + Value(span), output_field=DateTimeField())


def from_now(span: timedelta) -> "ExpressionWrapper[CombinedExpression]":
    """That long after the database's present moment."""
    return after(Now(), span)
