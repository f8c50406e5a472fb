"""Topics that people name in many ways: few labelled tickets cannot teach all the words for money, or for being down.

A topic that a ticket speaks of is a trait for the model, nothing more: it decides nothing by itself. `word*` stands
for every word that begins so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

_TOPICS: Final[dict[str, str]] = {
    "being unavailable": """
        down|is down|outage*|unavailable|unreachable|offline|502|503|504|500|bad gateway|gateway timeout|whoops|
        timeout*|timed out|time out|timing out|times out|not loading|won't load|doesn't load|does not load|
        not responding|unresponsive|degraded|deploy in progress|can't reach|cannot reach|connection reset|
        connection refused|hung up|hang*|hanging|stuck|slow*|sluggish|crawling|snail*|takes forever|taking forever|
        minutes to load|seconds to load|status page|incident|back up|maintenance|service unavailable|
        internal server error|too much time|latency|flaky|unusable
    """,
    "time passing now": """
        right now|today|this morning|since this morning|tonight|again|still|for hours|for an hour|minutes now|
        hours now|at the moment|currently|just now|all day|since yesterday|since monday|anyone else|just me|only me|
        for everyone|every few minutes|an hour ago|minutes ago|hours ago|all morning|whole day|yesterday|lately|
        these days
    """,
    "wishing for something": """
        feature request|feature idea|feature proposal|proposal|suggestion|suggest*|wish*|wishlist|would be nice|
        would be great|would be cool|would be awesome|would love|i'd love|we'd love|would like to see|it'd be|
        please add|pls add|add support|support for|any plans|plans for|plans to|on the roadmap|roadmap|why can't i|
        why can't we|why is there no|why isn't there|no way to|there is no|there's no|missing|lacks|lacking|lack of|
        should have|should be able|should let|should allow|could you add|can you add|could you make|
        make it possible|allow us|allow me|let me|let us|ability to|option to|an option|if only|imagine if|idea|
        hope you|hoping for|when will|will you ever|would pay for|instead of having to|consider adding|enhancement|
        improve*|need a|needs a|give us|i want|we want|dream of|dear santa|vote*|upvote*|+1
    """,
    "something to reproduce": """
        bug*|steps to reproduce|reproduce*|repro|reproducible|expected|actual|regression|broken|breaks|broke|crash*|
        error*|exception*|stack trace|stacktrace|traceback|undefined|nil|null|nomethoderror|fails|failed|failing|
        failure|wrong*|incorrect*|doesn't work|does not work|not working|no longer|stopped working|instead of|
        even though|should be|but it|after upgrade|after upgrading|after the upgrade|after updating|since upgrading|
        since the update|since the upgrade|disappear*|vanish*|missing|duplicate*|twice|renders|rendered|shows|
        displays|ignored|ignores|only happens|happens when|omnibus|ce|ee|chrome|firefox|safari|edge|screenshot*|
        glitch*|corrupt*|empty|blank|truncat*|cut off
    """,
    "asking how": """
        how do i|how do you|how can i|how can we|how to|how does|how do we|how would|how should|how much|how many|
        how long|what is|what's the|what are|what does|where is|where can|where do|where does|which|is it possible|
        is there a|is there any|can i|can we|can someone|could someone|does anyone|do i need|do you|should i|am i|
        may i|any idea*|anyone know*|what happens|why does|why do|difference between|best way|right way|recommended|
        docs|documentation|tutorial|explain*|understand|confused|trying to|i'd like to|i want to|could you tell|
        tell me|wondering|question*|clarify
    """,
    "praise": """
        love|loving|loved|awesome|amazing|great|fantastic|brilliant|excellent|wonderful|beautiful|best|kudos|
        congrats|congratulations|well done|nice work|good job|great job|great work|thank you|thanks|thx|props|
        impressed|impressive|happy|enjoy*|favorite|favourite|rocks|cool|delight*|proud|game changer|moved to|
        migrated to|switched to|switching to|moving to|fan of|recommend*|shout out|hats off|grateful|joy|pleasure|
        perfect|neat|sweet|hug*
    """,
    "sharing": """
        blog post|article*|wrote|talk|slides|video|podcast|episode|tutorial|guide|our new|check out|read|reading|
        watch*|hiring|job|position|vacancy|join us|via|just published|published|posted|how we|my post|presentation|
        webinar|newsletter|interview|review|comparison|compared|vs|versus|meanwhile|today i learned|til|fun fact|
        joke|lol|haha|slogan|sticker*|story|remember when|imagine|tweet*|retweet|rt
    """,
    "being a customer": """
        our subscription|subscription*|license|licence|license key|licence key|premium|ultimate|starter|enterprise|
        ee|renewal|renew*|invoice*|invoiced|billed|billing|charged|charge|overcharged|refund*|paid|paying|we pay|
        customer*|account manager|sales rep|contract*|true up|true-up|seats|seat|support contract|support plan|sla|
        po|purchase order|purchased|bought|support ticket|ticket number|case number|githost*|upgrade our|bronze|
        silver|gold|reseller|payment|credit card|receipt|quote|paying customer|escalat*|priority support|
        support portal
    """,
    "losing the second factor": """
        2fa|two factor|two-factor|2 factor|two step|2-step|two-step|mfa|otp|totp|authenticator*|authy|
        google authenticator|recovery code*|recovery codes|backup code*|backup codes|second factor|
        verification code|security key|yubikey|u2f|six digits|six-digit|6 digit|6-digit|locked out|lock out|
        new phone|lost my phone|lost phone|broken phone|stolen|old phone|phone died|phone broke|reset my|
        disable 2fa|regain access|access to my account|get back in|qr code|pin
    """,
    "politics": """
        politic*|election*|vote|voting|voter*|president|government*|minister|parliament|senator|congress|party|
        left wing|right wing|left-wing|right-wing|liberal*|conservative*|democrat*|republican*|brexit|trump|
        sanction*|embargo*|boycott*|regime|neutral*|activis*|protest*|censor*|ideolog*|communis*|capitalis*|
        socialis*|woke|propaganda|war|military|army|ice|immigra*|refugee*|human rights|rights|dictator*|democracy|
        occupation|referendum|campaign|take a stand|free speech|surveillance|nsa|patriot|crimea|iran|russia*|china|
        chinese|israel*|palestin*|ukrain*|police|strike|union|moral*|ethic*|values|customer policy|discrimination|
        race|racis*|gender|feminis*|lobby*|border*|nationalis*|ban on
    """,
    "an event": """
        event*|meetup*|meet-up|conference*|conf|hackathon*|hackday|hackfest|workshop*|summit|camp|bootcamp|festival|
        fair|unconference|speaker*|speak at|talk at|keynote|cfp|call for papers|booth|stand|venue|attendees|
        participants|students|organiz*|organis*|sponsor*|sponsorship|swag|stickers|t-shirt*|tshirt*|goodies|prize*|
        prizes|judge*|mentor*|jury|contest|competition|pizza|donat*|contribute|contribution|user group|
        community day|university|school|club|host|hosting a
    """,
    "selling to us": """
        we offer|i offer|our services|our service|our platform|our product|our company|our solution|our team of|
        our agency|agency|partnership|partner*|collaborat*|seo|ranking|backlink*|guest post*|leads|lead generation|
        demo|schedule a call|quick call|15 minutes|hop on a call|a call|discount|free trial|trial|per month|clients|
        freelanc*|hire me|developers for|outsourc*|recruit*|candidates|staffing|marketing|promot*|advertis*|
        influencer*|campaign*|designers|designer|translat*|consult*|affordable|cost-effective|roi|boost*|
        increase your|grow your|help you|integrat*|white label|affiliate*|sell|selling|we can do|we build|we make|
        we sell|price list|catalogue|brochure|supplier|vendor|interested in
    """,
    "investing": """
        invest*|investor*|investment*|investing|funding|fundrais*|series a|series b|series c|series d|series e|
        round|valuation|equity|shares|share in|shareholder*|stock*|ipo|go public|going public|pre-ipo|secondary|
        buy shares|vc|venture|capital|fund|angel|cap table|term sheet|options|dividend*|ticker|nasdaq|portfolio|
        seed|crowdfund*|stake|due diligence|pitch deck
    """,
    "junk": """
        bitcoin|btc|crypto*|eth|ethereum|airdrop|giveaway|forex|casino|betting|bet|odds|lottery|winner|won|prize|
        viagra|cialis|pills|pharmacy|weight loss|followers|likes|subscribers|earn|per hour|per day|per week|
        work from home|passive income|make money|whatsapp|telegram|dm me|click here|click the|limited time|act now|
        100%|guaranteed|loan*|replica|rolex|cheap|buy now|sexy|girls|18+|hot|dating|adult|nude|spell|prophet|
        inheritance|million|dear friend|beneficiary|verify your|account suspended|suspended|confirm your|
        password expires|invoice attached|free iphone|gift card|hacked
    """,
    "being solved": """
        solved|resolved|fixed|fixed it|works now|working now|it works|works again|working again|back to normal|
        never mind|nevermind|nvm|figured it out|figured out|found it|found the|my bad|my mistake|my fault|
        false alarm|ignore my|ignore that|scratch that|disregard|forget it|forget my|no longer needed|problem gone|
        is gone|gone now|went away|turned out|turns out|was the culprit|culprit|all good|all green|sorted|
        sorted out|got it|did the trick|edit:|update:|solution|can be closed|please close|you can close|close this|
        fine now|ok now|thanks anyway|self-inflicted|mea culpa|retract|back online|up again|is back|are back|
        after a restart|after restarting|helped|typo
    """,
    "being removed": """
        deleted|removed|no longer available|unavailable|doesn't exist|does not exist|no longer exists|not found|
        was deleted|was removed|has been deleted|has been removed|page doesn't exist|content isn't|this tweet|
        this post|this comment|this message|this video|this question|suspended account|account suspended|protected|
        tombstone|withdrawn|flagged|moderator*|by author
    """,
    "not English": """
        el|la|los|que|por|para|como|cómo|está|una|und|der|die|das|ist|nicht|ich|wie|mit|für|le|les|des|est|pas|je|
        vous|pour|une|il|che|non|per|sono|di|não|uma|com|um|het|een|niet|voor|ik|och|att|det|jag|nie|jest|się|na|
        bir|ve|için|bu|nasıl|yang|tidak|saya|bisa|dan|не|как|на|что|и|в
    """,
}  # fmt: skip
_LONGEST: Final = 4
_SHORTEST_STEM: Final = 3


def _read() -> tuple[dict[tuple[str, ...], list[str]], dict[str, list[str]]]:
    phrases: dict[tuple[str, ...], list[str]] = {}
    stems: dict[str, list[str]] = {}
    for topic, listed in _TOPICS.items():
        for entry in sorted({one.strip() for one in listed.split("|")}):
            if entry.endswith("*"):
                stems.setdefault(entry[:-1], []).append(topic)
            elif entry:
                phrases.setdefault(tuple(entry.split()), []).append(topic)
    return phrases, stems


_PHRASES, _STEMS = _read()


def topics(words: Sequence[str]) -> Counter[str]:
    """How many different ways a ticket names each topic; `words` as `features.read` gives them."""
    found: set[tuple[str, str]] = set()
    for start, word in enumerate(words):
        for size in range(1, _LONGEST + 1):
            phrase = tuple(words[start : start + size])
            for topic in _PHRASES.get(phrase, ()):
                found.add((topic, " ".join(phrase)))
        for end in range(_SHORTEST_STEM, len(word) + 1):
            for topic in _STEMS.get(word[:end], ()):
                found.add((topic, word))
    # In a fixed order: sums of floats depend on it, and the same tickets must make the same model.
    return Counter(topic for topic, _ in sorted(found))
