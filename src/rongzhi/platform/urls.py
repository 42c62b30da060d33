"""Addresses of jobs, events and files; included under ``platform/``."""

from __future__ import annotations

from django.urls import path

from rongzhi.platform.events import views as events
from rongzhi.platform.files import views as files
from rongzhi.platform.jobs import views as jobs

app_name = "platform"

urlpatterns = [
    path("jobs/", jobs.Jobs.as_view(), name="jobs"),
    path("jobs/<uuid:job_id>/", jobs.JobPage.as_view(), name="job"),
    path("jobs/<uuid:job_id>/cancel/", jobs.JobCancel.as_view(), name="job-cancel"),
    path("jobs/<uuid:job_id>/keep/", jobs.JobKeep.as_view(), name="job-keep"),
    path("jobs/<uuid:job_id>/retry/", jobs.JobRetry.as_view(), name="job-retry"),
    path("events/", events.Events.as_view(), name="events"),
    path("events/<int:sequence>/", events.EventPage.as_view(), name="event"),
    path("files/", files.Files.as_view(), name="files"),
    path("files/new/", files.FileNew.as_view(), name="file-new"),
    path("files/<uuid:file_id>/", files.FileContent.as_view(), name="file"),
]
