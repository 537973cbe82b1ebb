"""Reports that fill one template again and again: the negatives that overlap most.

A form is the standing text of a series; each occasion fills its slots anew. Facts that stand (the
name of an index, the size of a share) are part of the form. Every report of an occasion can be
written again later: that is an update, and a copy.
"""
# ruff: noqa: E501 - a table of texts

from __future__ import annotations

import re
from random import Random

from benchmarks.invented.edits import Pool

FORMS: dict[str, str] = {
    "market": "Shares in {city} closed {way} on {day}, with the All-Share 100 index ending {d} percent {way} at {n} points. Banking stocks led the move as investors waited for figures on inflation due later in the week. {Firm} was among the most traded and finished at {d} crowns. Trading volume was in line with the average of the past month, dealers said. The exchange publishes a full list of closing prices on its own pages.",
    "currency": "The central bank set the official rate of the crown on {day} at {d} to the dollar and at {d} to the euro. The rates are used by customs and for the accounts of public bodies, and stay in force until the next announcement. Commercial banks are free to set their own rates and usually add a margin. The pound stood at {d} and the franc at {d}.",
    "fixtures": "{Team} beat {Team} {s}-{s} at home on {day} in front of a crowd of {n}. The visitors had the better of the opening exchanges but failed to turn possession into chances. {Name} opened the scoring after {m} minutes and the hosts never looked back. The result leaves the winners {o} in the table with the season still far from over. Both sides are in action again at the weekend.",
    "weather": "{Day} will start {sky} in the north and {sky} in the south, with light winds from the {way2}. Temperatures will reach {t} degrees on the coast and {t} degrees inland. Overnight it stays {sky} with a low of {t} degrees. Pollen levels are low. Drivers are asked to allow for more time on higher roads, where visibility may be poor. The next bulletin is published at six in the evening.",
    "forecast_words": "The outlook for {day}: {sky} at first across most of the county, turning {sky} by the middle of the afternoon. Winds will be light and mostly from the {way2}. It will feel {feel} out of the wind, and {feel} after dark. Gardeners should cover tender plants overnight and walkers in the hills should carry warm clothing at all times of the year. There are no warnings in force for the area at present.",
    "obituary": "It is with great sadness that the family announces the death of {Name} of {City}, who passed away peacefully at home on {date} at the age of {a}. A loving parent and friend to many, {Name} will be missed by all who knew them. The service will be held at the chapel in {City} on {date} and all are welcome. The family asks for donations to the hospice instead of flowers.",
    "earnings": "{Firm} reported a net profit of {d} million dollars for the quarter, compared with {d} million a year earlier. Revenue {rose} {t} percent to {d} million. Earnings per share came to {d} dollars. The company said that it expected conditions in its markets to stay demanding and kept its outlook for the full year. The report was prepared under international accounting standards and has not been audited.",
    "police": "Officers were called to an address in {Street} shortly after {h} on {day} following a report of a disturbance. A {a}-year-old man from {City} was arrested on suspicion of assault and taken into custody. One person was treated at the scene for minor injuries. Anyone with information is asked to call the station and quote incident {n}. Information can also be given without a name to the charity that passes it on.",
    "fuel": "The average price of a litre of unleaded petrol {rose} by {d} pence over the week to {d} pence, the motoring club said on {day}. Diesel now costs {d} pence. Supermarkets remain the cheapest place to fill up, while motorway services charge the most. The club advises drivers to compare prices before a long journey and to keep tyres at the right pressure.",
    "lottery": "The winning numbers in the draw on {day} were {t}, {t}, {t}, {t}, {t} and {t}. The bonus number was {t}. No ticket matched all of the numbers, so the jackpot rolls over to the next draw. Tickets are on sale until half past seven in the evening of each draw. Players must be over eighteen years old. Please play responsibly.",
    "quake": "An earthquake of magnitude {s}.{s} struck {km} kilometres off {City} at {h} on {day}, the seismological institute said. The depth was put at {km} kilometres. There were no immediate reports of damage or of injuries, and no warning of a tsunami was issued. The region lies where several plates of the crust of the earth meet and is often shaken by tremors, most of them too weak to be felt by people.",
    "bourse": "La Bourse de {city} a terminé {day_fr} en {hausse} de {c} %, l'indice vedette s'établissant à {n} points. Les investisseurs sont restés prudents avant la publication des chiffres de l'inflation. Parmi les valeurs, {Firm} a gagné {c} % à {c} euros. Les volumes sont restés proches de la moyenne du mois. Sur le marché obligataire, le rendement à dix ans s'est établi à {c} %.",
    "meteo": "La journée de {day_fr} débutera sous un ciel {ciel} sur la moitié nord et {ciel} sur la moitié sud. Les températures atteindront {t} degrés le matin et {t} degrés l'après-midi. Le vent soufflera faiblement avant de se renforcer en soirée près des côtes. La qualité de l'air restera moyenne dans l'ensemble du département. Prudence sur les routes secondaires, où des bancs de brouillard peuvent se former au lever du jour.",
    "obseques": "Nous avons la tristesse de vous faire part du décès de {Name}, survenu le {date_fr} à l'âge de {a} ans. La cérémonie aura lieu le {date_fr} à {h24} en l'église de {City}, suivie de l'inhumation au cimetière communal. La famille remercie par avance toutes les personnes qui s'associeront à sa peine. Ni fleurs ni couronnes, des dons pour la recherche médicale.",
    "boerse": "Der Leitindex der Börse {city} hat am {day_de} {c} Prozent {fester} bei {n} Punkten geschlossen. Händler verwiesen auf die Zurückhaltung der Anleger vor den anstehenden Daten zur Inflation. Die Aktie von {Firm} notierte zum Schluss bei {c} Euro. Der Umsatz lag im Rahmen des üblichen Durchschnitts. Am Rentenmarkt stieg die Rendite der zehnjährigen Anleihe auf {c} Prozent.",
    "polizei": "Am {day_de} gegen {h24} Uhr kam es auf der {Strasse} in {City} zu einem Verkehrsunfall. Ein {a} Jahre alter Fahrer übersah beim Abbiegen ein entgegenkommendes Fahrzeug. Die beiden Beteiligten wurden leicht verletzt und in ein Krankenhaus gebracht. Der Sachschaden beläuft sich auf rund {n} Euro. Die Polizei bittet Zeugen, die den Hergang beobachtet haben, sich auf der Wache zu melden.",
    "bolsa": "La Bolsa de {city} cerró el {day_es} con una {subida} del {c} %, hasta los {n} puntos. Los inversores se mantuvieron a la espera de los datos de inflación que se conocerán esta semana. Entre los grandes valores, {Firm} sumó un {c} % y acabó en {c} euros. El volumen de negocio se situó en línea con la media del mes. El barril de crudo se cambiaba a {c} dólares.",
    "partido": "{Team} venció por {s}-{s} a {Team} en el partido disputado el {day_es} ante {n} espectadores. Los visitantes comenzaron mejor pero no supieron aprovechar sus ocasiones. {Name} abrió el marcador en el minuto {m} y desde entonces el encuentro fue de los locales. Con este resultado los vencedores suman {t} puntos en la clasificación. Ambos equipos vuelven a jugar el próximo fin de semana.",
    "borsa": "La Borsa di {city} ha chiuso la seduta di {day_it} in {rialzo} dello {c} per cento a {n} punti. Gli investitori restano prudenti in attesa dei dati sull'inflazione. Tra i titoli maggiori {Firm} ha terminato a {c} euro. Gli scambi sono rimasti nella media dell'ultimo mese. Lo spread tra i titoli decennali si è fermato a {t} punti base, mentre il rendimento è rimasto stabile.",
}

STANDING = {"market", "currency", "bourse", "boerse", "bolsa", "borsa", "weather", "meteo"}
"""Forms of one place: its name is the same on every occasion."""

_LISTS = {
    "way": "higher lower", "way2": "west east north south", "rose": "rose fell",
    "sky": "cloudy sunny misty wet dry bright showery overcast", "feel": "cool mild warm chilly fresh close",
    "hausse": "hausse baisse", "ciel": "nuageux dégagé voilé pluvieux ensoleillé couvert", "fester": "fester schwächer",
    "subida": "subida bajada", "rialzo": "rialzo ribasso", "day": "Monday Tuesday Wednesday Thursday Friday",
    "day_fr": "lundi mardi mercredi jeudi vendredi", "day_de": "Montag Dienstag Mittwoch Donnerstag Freitag",
    "day_es": "lunes martes miércoles jueves viernes", "day_it": "lunedì martedì mercoledì giovedì venerdì",
    "month": "January March April June August October", "mois": "janvier mars avril juin août octobre",
}  # fmt: skip
_SYLLABLES = [first + second for first in "bdfgklmnprstv" for second in "aeiou"]
_ONCE = ("day", "Day", "day_fr", "day_de", "day_es", "day_it")


def report(form: str, occasion: object) -> str:
    """The report of an occasion."""
    random = Random(f"{form} {occasion}")
    place = Random(form)
    once: dict[str, str] = {}

    def fill(slot: re.Match[str]) -> str:
        kind = slot[1]
        if kind in {"city", "City"} and form in STANDING:
            return _name(place) if "city" not in once else once["city"]
        if kind in _ONCE:
            return once.setdefault(kind, _value(kind, random))
        return _value(kind, random)

    return re.sub(r"\{(\w+)\}", fill, FORMS[form])


def _value(kind: str, random: Random) -> str:  # noqa: C901, PLR0911, PLR0912 - a table
    match kind:
        case "d":
            return f"{random.uniform(0.1, 99):.2f}"
        case "c":
            return f"{random.uniform(0.1, 99):.2f}".replace(".", ",")
        case "n":
            return f"{random.randint(1000, 40_000):,}"
        case "s":
            return str(random.randint(0, 6))
        case "t" | "m":
            return str(random.randint(2, 49))
        case "a":
            return str(random.randint(18, 97))
        case "km":
            return str(random.randint(5, 140))
        case "o":
            return random.choice(["second", "fifth", "ninth", "third", "top"])
        case "h" | "h24":
            return f"{random.randint(1, 12)}:{random.randint(0, 59):02}"
        case "date":
            return f"{random.choice(_LISTS['month'].split())} {random.randint(1, 28)}"
        case "date_fr":
            return f"{random.randint(2, 28)} {random.choice(_LISTS['mois'].split())}"
        case "Day":
            return random.choice(_LISTS["day"].split())
        case "Name":
            return f"{_name(random)} {_name(random)}"
        case "Firm":
            return f"{_name(random)} {random.choice(['Group', 'Industries', 'Bank', 'Energy'])}"
        case "Street":
            return f"{_name(random)} Street"
        case "Strasse":
            return f"{_name(random)}straße"
        case "Team" | "City" | "city":
            return _name(random)
        case _:
            return random.choice(_LISTS[kind].split())


def _name(random: Random) -> str:
    return "".join(random.choice(_SYLLABLES) for _ in range(random.randint(2, 3))).capitalize()


def rewritten(text: str, random: Random, pool: Pool) -> str:
    """The same occasion told again: one or two figures corrected, a sentence more at the end."""
    spots = [found.span() for found in re.finditer(r"\d[\d,.:-]*\d|\d", text)]
    for first, last in sorted(
        random.sample(spots, min(len(spots), max(1, len(spots) // 4))), reverse=True
    ):
        text = (
            text[:first]
            + re.sub(r"\d", lambda _: random.choice("123456789"), text[first:last])
            + text[last:]
        )
    return text + " " + pool.passage(random, 1)
