from django.db import migrations, models
from django.db.models import OuterRef, Q, Subquery


def whose_line(apps, schema_editor):
    image = apps.get_model("images", "Image")
    owner = image.objects.filter(pk=OuterRef("image_id")).values("owner_id")
    apps.get_model("images", "Rendition").objects.update(owner_id=Subquery(owner))


class Migration(migrations.Migration):

    dependencies = [("images", "0002_keyed_request")]

    operations = [
        migrations.AddField("image", "deaths", models.PositiveIntegerField(default=0)),
        migrations.AddField("image", "quarantined_at", models.DateTimeField(null=True, blank=True)),
        migrations.AddIndex(
            "image",
            models.Index(
                fields=["quarantined_at"],
                condition=Q(quarantined_at__isnull=False),
                name="image_quarantined",
            ),
        ),
        migrations.AddField("rendition", "owner_id", models.UUIDField(null=True, editable=False)),
        migrations.RunPython(whose_line, migrations.RunPython.noop),
        migrations.AlterField("rendition", "owner_id", models.UUIDField(editable=False)),
        migrations.AddField("rendition", "turn", models.PositiveBigIntegerField(default=0)),
        migrations.AddField("rendition", "worker", models.CharField(max_length=300, blank=True)),
        migrations.AddField("rendition", "suspect", models.UUIDField(null=True, editable=False)),
        migrations.AddIndex(
            "rendition",
            models.Index(
                fields=["turn", "created_at"],
                condition=Q(status="pending"),
                name="rendition_by_turn",
            ),
        ),
        migrations.AddIndex(
            "rendition",
            models.Index(
                fields=["owner_id", "turn"],
                condition=Q(status="pending"),
                name="rendition_line_of_owner",
            ),
        ),
    ]
