"""Answers told anew without names, and the second readings of what was closed."""

from django.urls import path

from appeals.views import answers
from appeals.views.desk import publishing, readings
from appeals.views.driver import publishing as driver

urlpatterns = [
    path("answers/", answers.answers, name="answers"),
    path("answers/<str:code>/", answers.published, name="published"),
    path("appeals/<str:code>/publication/", driver.publication, name="publication"),
    path("desk/answers/", publishing.publications_list, name="publications"),
    path("desk/answers/<str:code>/", publishing.publication, name="desk_publication"),
    *(
        path(f"desk/answers/<str:code>/{verb.split('_answer')[0].replace('_', '-')}/", publishing.publication,
             {"verb": verb}, name=verb)
        for verb in publishing.VERBS
    ),
    path("desk/appeals/<str:code>/publish/", publishing.propose_answer, name="propose_answer"),
    path("desk/readings/", readings.readings_list, name="readings"),
    path("desk/readings/counts/", readings.reading_counts, name="reading_counts"),
    path("desk/readings/<str:code>/", readings.reading, name="reading"),
]  # fmt: skip
