"""Names that are words as well. Which of them is meant is told by the letter it begins with and by its neighbours."""

from __future__ import annotations

from typing import Final

from app.redaction.searching import words

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
    ace amber angel answer ash audio autumn bach baker banks bar barber bass bay bean bear beck bell berry best bill
    bird birds bishop black blake blanco blocked blog blue bold bolt bon bond bonne book booker books booth bow bowl
    brand brandy brave bright brook brown buck buddy bush buy by call can candy car carpenter case cash castle cat
    cats chance chase chat cheap cherry child chip church city class clay clever close coin come cook cool cotton
    court crisp cross crown crypto curry dale dame dawn deal dear dell dia did dill dock dog dot dove draw drew duke
    dusty earl early east easy es even ever every fair faith farmer fern fields find fine first fish flint flower
    flowers for ford forest foster fox frank free french frost fun fund game games gates gay genau get gift glass
    global gold golden good grace grant gray green grey gross group grove gut gute guy hall hand hands hard harden
    harm hart has have hay heaven held hell help here hero hike hill hills hip hire hoch holly honey hood hook hooks
    hope horn hosting house how hunt hunter ice inbox ink international ist ivory ivy jack jam jewel jolly joy judge
    jung jungen just keen kind king kit kitchen klar klein knight kurz lake lamb land lane lang large lark law laws
    learn life like lily line little live lob local lone long loo lord lost love low luck lucky major man mann mar
    mark market marks marsh mat meadow media meet meister men mercy merit merry miles mill miller mine mint misty
    mit moody moon more morning moss music my nah network neu new news next nice night noble north not nova now nur
    nurse oak ocean off offer olive online only opal open orange orchard our page pan panel park parks parson pat
    patience paz peace peak pearl penn penny people pepper perry petal photo pick play plum pope porter pose post
    power precious press price pride prince print printer prior queen quick quiz rain raven read ready red reed rees
    reich removed rest rice rich richter rick river rivers robin rock rocky roman root rose rot royal rush sage
    sailor sale sandy savage schmal schnell school seal sein sharp shepherd shop shore short show silver singer site
    sky small smart smile snow social sol son song south sport stark status stern steward stock storm stream street
    strong studio style sub summer sun sunny suspended swan sweet tag team teller temple thorn tick tiny top trade
    training travel trust under van victory video violet virgin voice wade wait walker wall ward warden warner watch
    water waters way we weaver weiss welcome well west wheeler white wie wild will wills win wing winner winter
    winters wise wish wolf women wong wood woods world worth yaml yes you young your zen
    """
)
"""Ordinary words: with a capital inside a sentence a name; at its beginning, or in small letters, none."""
