"""Names that are words as well. Which of them is meant is told by the letter it begins with and by its neighbours."""

from __future__ import annotations

from typing import Final

from app.triage.redaction.searching import words

NO_NAMES: Final = words(
    """
    account admin administrator anon anonymous bot client community company contact customer default deleted dev
    developer devops dummy engineer engineering example free gitlab github gmail google guest gmbh helpdesk hotmail
    inc info iphone limited llc ltd mail member mr mrs ms miss dr prof eng none noreply nobody null office official
    ops organization owner private project root sales sample sender service services software someone staff student
    support sysadmin system team tech test tester the and unknown user username web webmaster www yahoo outlook
    """
)
"""What stands in the field for a name, and names nobody."""

PARTICLES: Final = words(
    """
    af al am an ap av ben bin bint da das dal de degli dei del della den der des di do dos du e el het ibn la las le
    lo los mac mc of op san santa st ste ten ter tor und van vande vander ved vom von vor y zu zum zur
    """
)
"""They go with a name on both sides, never alone."""

PRODUCT_WORDS: Final = words(
    """
    access action actions admin agent alert api april archive art artifact august author badge bamboo bash board
    boards branch branches build builder bug button cache card chart charts chef cloud code comment commit compose
    container crane dash data day december deploy design diff docker domain editor environment epic error event
    export february fetch field file filter flow forge fork friday friend gem gems gene git go grape group groups
    haml hash head helm help home hook image import instance issue issues jade january java jenkins jet job jobs
    july june jasmine karma key keys kit label labels language layer lead level license line link list lock log logs
    main march marker master max may menu merge mile milestone min mirror mocha model module monday mono namespace
    nest note november object october owner package page pages parcel path perl pipeline pod pods pool port power
    project pull push python query queue rack rail rails rake ray react redis region registry release report
    repository request review role root route ruby rule run runner rust saturday scala score script search section
    sentry september server service session shell sign size snippet snippets source space spring stack stage star
    state stone storage story string sunday swift system table tag tags task template term test theme thread
    thursday time title todo token tool topic train travis tree trigger tuesday type unit update upload user value
    variable view vue vault wall wave web wednesday week wiki window windows work worker zone zoom
    """
)
"""Words of software and of the calendar: written with a capital in any sentence, so a capital says nothing."""

COMMON_WORDS: Final = words(
    """
    ace amber angel ash autumn bach baker banks bar barber bass bay bean bear beck bell bella ben berry best bill
    bird bishop black blake blanco blue bold bolt bond book booker booth bow bowl boyle brand brandy brave bright
    brook brooks brown buck buddy bush butler call candy carpenter carter case cash castle chad chance chandler
    chase cherry chip church clark claus clay clever close coin cole cook cooke cool cope cotton court cox crisp
    cross crown curry dale dame dan dawn dean dear dell dick dill dock dolly don dot dove drake draw drew duke dusty
    earl early east easy eden even ever fair faith farmer fay fern fields fine finn fish fisher flint flower flowers
    ford forest foster fox frank french frost gale game gates gay gift glass glen gold golden good grace grant gray
    green grey grove guy hale hall hand hands hard harden harm hart harper have hay hazel heath heaven held hero
    hill hills hike hip hire holly holt honey hood hook hooks hope horn house hunt hunter ice ink iris ivory ivy
    jack jam jean jewel john jolly jones joy judge just kay keen kent kind king kirk kit knight lake lamb land lane
    large lark lau law laws lee leigh lily lin line little lone long loo lord love low luck lucky major man mann
    manning mark marks marsh martin mason mat matt mead meadow mercy merit merry miles mill miller mine mint misty
    moody moon moore morning moss myrtle nash new nice night noble noel norm north nova oak ocean olive only opal
    open orange page pan park parks parson pat patience paul payne peace peak pearl penn penny pepper perry petal
    pick piper plum pope porter pose potter power precious price pride prince prior queen quick rain randy raven
    read ready red reed rees rest rice rich rick river rivers rob robin rock rocky roman root rose ross rowan royal
    rush sage sailor sale sandy savage seal sharp shepherd shore short silver singer sky small smart smith snow song
    south spencer stark stein stern steward stock storm street strong sue summer sun sunny swan sweet tate taylor
    teller temple terry thorn tiny tom turner under van vale vance victor victory viola violet virgin wade wait
    walker wall ward warden warner watch water waters way weaver webb welcome well wells west wheeler white wild
    will wills win wing winner winter winters wise wish wolf wong wood woods worth wright yes young zen alba bailar
    bella blanca bon bonne bruno claire clara court cruz dia dolores dulce es fleur gallo genau gross gut gute hell
    hoch ist jung jungen kaiser klein klar koch kurz lang leon lob luna luz marin mar marina meister mit nah neu
    neumann nur paz pilar reich rey richter rosa rot salvador schmal schmidt schnell sein sein sol son tag vera vita
    weber weiss wie zweig
    """
)
"""Ordinary words: with a capital inside a sentence a name; at its beginning, or in small letters, none."""
