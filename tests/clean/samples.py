"""Documents written for the tests: none is anybody's, all have faults that real ones have."""

TITLE = "Le viaduc de Morvane rouvrira deux mois plus tôt que prévu"

PARAGRAPHS = [
    (
        "Le viaduc de Morvane, fermé depuis les crues de février, rouvrira à la circulation le 3 "
        "juin, "
        "soit deux mois avant la date annoncée cet hiver par la préfecture."
    ),
    (
        "Les trois piles endommagées ont été reprises une à une, sous la surveillance d'un bureau "
        "d'études indépendant qui rendra son rapport complet avant l'été."
    ),
    (
        "« Nous avons travaillé la nuit pour ne pas couper la voie ferrée », explique Odile "
        "Terrasse, "
        "qui dirige le chantier depuis le premier jour."
    ),
    (
        "Quelque 14 000 véhicules empruntaient chaque jour l'ouvrage, et les commerçants de la "
        "vallée "
        "disent avoir perdu un tiers de leur clientèle depuis la fermeture."
    ),
    (
        "Le département prendra à sa charge la moitié de la facture, estimée à 9 millions "
        "d'euros, le "
        "reste étant partagé entre l'État et les deux communes riveraines."
    ),
    (
        "Une nouvelle inspection est prévue à l'automne, lorsque le niveau de la rivière "
        "permettra aux "
        "plongeurs d'examiner les fondations."
    ),
]

BODY = "\n\n".join(PARAGRAPHS)

CONSENT = {
    "fr": "Nous utilisons des cookies pour améliorer votre expérience. En poursuivant votre "
    "navigation, vous acceptez leur utilisation.",
    "en": "We use cookies to improve your experience. By continuing to use this site, you agree to "
    "our use of cookies.",
    "de": "Wir verwenden Cookies, um Ihnen das beste Erlebnis zu bieten. Sie können Ihre "
    "Einwilligung "
    "jederzeit widerrufen.",
    "es": "Utilizamos cookies propias y de terceros. Si continúa navegando, acepta el uso de "
    "cookies.",
    "it": "Questo sito utilizza cookie tecnici e di profilazione. Proseguendo la navigazione "
    "acconsenti all'uso dei cookie.",
    "pt": "Utilizamos cookies para melhorar a sua experiência. Ao continuar a navegar, concorda "
    "com a "
    "utilização de cookies.",
    "nl": "Wij gebruiken cookies om uw bezoek te verbeteren. Door verder te gaan, gaat u akkoord "
    "met "
    "het gebruik van cookies.",
}


def page(body: str, *, head: str = "", title: str = TITLE) -> str:
    """A whole page around a body of HTML."""
    return (
        f'<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>{title} - '
        f"La Gazette de Morvane</title>{head}</head><body>{body}</body></html>"
    )


def paragraphs(texts: list[str] = PARAGRAPHS) -> str:
    """Texts as HTML paragraphs."""
    return "".join(f"<p>{text}</p>" for text in texts)


def article(extra: str = "", after: str = "") -> str:
    """A page with an article, something inside it and something below it."""
    return page(f"<main><h1>{TITLE}</h1><article>{paragraphs()}{extra}</article></main>{after}")
