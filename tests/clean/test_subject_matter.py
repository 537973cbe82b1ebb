"""An article about cookies, newsletters or privacy keeps its body: it speaks of them, not to us."""

import pytest

from dedupe.clean import clean

ABOUT_COOKIES = [
    (
        "The data protection authority fined two retailers on Monday because their banners made it "
        "harder to refuse cookies than to accept them."
    ),
    (
        "Investigators visited the sites in March. The button “Accept all cookies” filled half the "
        "screen, they write, while the way to refuse was hidden behind three menus."
    ),
    (
        "“We use cookies to improve your experience,” the banner read, without a word on the forty "
        "advertising partners that received the data, according to the decision."
    ),
    (
        "A consent banner must offer refusal as easily as consent, and a visitor who ignores it "
        "must "
        "be taken to have refused, the authority recalls."
    ),
    (
        "Both companies have two months to change their sites. They can appeal the decision "
        "before the "
        "administrative court."
    ),
]
ABOUT_NEWSLETTERS = [
    (
        "Trois journaux de la région ont lancé ce printemps une lettre quotidienne, et leurs "
        "lecteurs "
        "semblent y prendre goût plus vite que prévu."
    ),
    (
        "La newsletter de la Gazette compte déjà 12 000 abonnés, dont un tiers ne lisait plus le "
        "journal "
        "papier, selon la direction."
    ),
    (
        "Pour les rédactions, le courriel a un avantage : personne ne s'interpose entre elles et "
        "leurs "
        "lecteurs, contrairement aux réseaux sociaux."
    ),
    (
        "Reste à transformer l'essai. Le taux de désinscription, de 4 % par mois, inquiète "
        "encore les "
        "responsables du marketing."
    ),
    (
        "Une étude de l'université de Valbonne montre que les lettres les plus courtes sont "
        "aussi celles "
        "que l'on garde le plus longtemps."
    ),
]
ABOUT_PRIVACY = [
    (
        "Der Landtag hat am Mittwoch ein neues Datenschutzgesetz beschlossen, das Schulen und "
        "Vereine "
        "von einem großen Teil der bisherigen Pflichten befreit."
    ),
    (
        "Künftig genügt eine knappe Datenschutzerklärung, wenn weniger als hundert Personen "
        "betroffen "
        "sind. Die Opposition hält das für zu großzügig."
    ),
    (
        "Cookies und andere Verfahren, mit denen Besucher wiedererkannt werden, bleiben "
        "allerdings nur "
        "mit Einwilligung erlaubt, betonte die Ministerin."
    ),
    (
        "Das Gesetz tritt im Herbst in Kraft und soll nach drei Jahren überprüft werden, wie die "
        "Koalition ankündigte."
    ),
]


@pytest.mark.parametrize(
    "paragraphs",
    [ABOUT_COOKIES, ABOUT_NEWSLETTERS, ABOUT_PRIVACY],
    ids=["cookies", "newsletters", "privacy"],
)
def test_an_article_about_it_keeps_its_body(paragraphs: list[str]) -> None:
    assert clean("\n\n".join(paragraphs)).text == "\n\n".join(paragraphs)
    html = "<html><body><h1>A headline of its own</h1><article>"
    html += "".join(f"<p>{p}</p>" for p in paragraphs) + "</article></body></html>"
    assert clean(html).text == "\n\n".join(paragraphs)


def test_a_recipe_for_cookies_is_not_a_banner() -> None:
    steps = [
        (
            "Cream the butter with both sugars until the mixture turns pale, then beat in the "
            "egg and "
            "the vanilla."
        ),
        (
            "Fold in the flour and the chocolate, and let the dough rest in the fridge for at "
            "least an "
            "hour before you shape the cookies."
        ),
        (
            "Bake the cookies for eleven minutes. They look underdone when they leave the oven, "
            "and set "
            "as they cool."
        ),
    ]
    html = (
        '<html><body class="cookies-not-set"><article class="post tag-cookies category-cookies">'
        "<h1>Brown butter cookies with sea salt</h1>"
        + "".join(f"<p>{s}</p>" for s in steps)
        + "</article></body></html>"
    )
    assert clean(html).text == "\n\n".join(steps)


def test_share_prices_are_not_a_share_button() -> None:
    body = (
        "Share prices fell in Morvane on Friday after the bridge company warned of delays.\n\n"
        "Share\n\n"
        "Analysts had expected the works to end in May, and several cut their forecasts at once."
    )
    assert "Share prices fell" in clean(body).text
    assert "Share\n" not in clean(body).text + "\n"
