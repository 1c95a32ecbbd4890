"""What beat does and how often: rows, so that an operator can change them in the admin."""

from django.db import migrations

SCHEDULE = {
    "Ring again for waiting work": ("processing.tasks.reconcile", 10),
    "Delete what has expired": ("processing.tasks.delete_expired", 30),
    "Sweep the storage": ("processing.tasks.sweep_storage", 3600),
    "Forget expired logins": ("accounts.tasks.flush_expired", 3600),
}


def add(apps, schema_editor):
    interval = apps.get_model("django_celery_beat", "IntervalSchedule")
    task = apps.get_model("django_celery_beat", "PeriodicTask")
    for name, (path, seconds) in SCHEDULE.items():
        every, _ = interval.objects.get_or_create(every=seconds, period="seconds")
        task.objects.get_or_create(
            name=name,
            defaults={
                "task": path,
                "interval": every,
                "queue": "maintenance",
                # One that nobody took in its time is not wanted any more: the next one is there.
                "expire_seconds": max(seconds, 30),
            },
        )


def remove(apps, schema_editor):
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(name__in=SCHEDULE).delete()


class Migration(migrations.Migration):
    dependencies = [("django_celery_beat", "0019_alter_periodictasks_options")]
    operations = [migrations.RunPython(add, remove)]
