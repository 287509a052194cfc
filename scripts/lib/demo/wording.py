"""From the capitals of a wholesaler's list to what a shop prints: titles, categories, attributes."""

import re

# Spelled differently in the list than a shop would.
_WORDS = {
    "ASSTD": "Assorted", "ASST": "Assorted", "ASS": "Assorted", "CHILDS": "Child's",
    "CHILDRENS": "Children's", "LADIES": "Ladies'", "COL": "Colour", "COLOUR": "Colour",
    "CHRISTMA": "Christmas", "XMAS": "Christmas", "CNDLS": "Candles", "POTPOURRI": "Potpourri",
    "LAQUERED": "Lacquered", "HLDR": "Holder", "NECKLAC": "Necklace", "EARRINGSS": "Earrings",
    "DES": "Design", "DEC": "Decoration", "W": "with", "W/": "with", "T-LIGHT": "T-Light",
    "TLIGHT": "T-Light", "T-LIGHTS": "T-Lights", "PLAQU": "Plaque", "MLTICOL": "Multicolour",
    "LTBLUE": "Light Blue", "UMBRELL": "Umbrella", "RASPBERR": "Raspberry", "EDWARDIA": "Edwardian",
    "ORGANISER": "Organiser", "WALLHANGING": "Wall Hanging", "DOLLYGIRL": "Dollygirl",
    "HALOWEEN": "Halloween", "CINAMMON": "Cinnamon", "ANTIQ": "Antique", "AMETHY": "Amethyst",
}
_SMALL = {"OF", "AND", "IN", "ON", "WITH", "THE", "FOR", "A", "TO", "AT", "BY", "FROM"}
_UPPER = {"LED", "UK", "DIY", "TV", "EU", "USA", "SPA", "DVD", "CD", "XL", "II", "3D", "2D", "WC"}
_SIZED = re.compile(r"^[0-9]+(G|ML|CM|M|MM|KG|LB|PC|PCS|CL|PK)$")


def title(name):
    """SET/6 RED RETROSPOT CUPS -> Set of 6 Red Retrospot Cups"""
    text = re.sub(r"\s+", " ", name.replace('"', " ")).strip(" ,.+")
    text = re.sub(r"\bS(?:ET)? ?/ ?(\d+)\b", r"SET OF \1", text)
    text = re.sub(r"\bPK ?/ ?(\d+)\b", r"PACK OF \1", text)
    text = re.sub(r"\s*,\s*", ", ", text)
    text = re.sub(r"\s+\d{4,6}$", "", text)
    words = [_word(word, first) for first, word in _flagged(text.split(" "))]
    return " ".join(word for word in words if word)


def _flagged(words):
    return [(index == 0, word) for index, word in enumerate(words)]


def _word(word, first):
    upper = word.upper()
    if upper in _WORDS:
        return _WORDS[upper]
    if upper in _UPPER:
        return upper
    if _SIZED.match(upper):
        return word.lower()
    if upper in _SMALL and not first:
        return word.lower()
    # Capitals after a hyphen, a slash or a bracket, but not after an apostrophe.
    return re.sub(r"(^|[-/(.&+])([a-z])", lambda m: m[1] + m[2].upper(), word.lower())


# First match wins: (top level, second level, picture, pattern of words). Seasons come first, so that a
# Christmas mug is found under Christmas, as in a shop.
_RULES = [
    ("Christmas", "Cards & Wrap", "card", r"(?=.*(CHRISTMAS|XMAS|SANTA|SNOWM|RUDOLPH|ADVENT|YULE|WISE MEN|REINDEER))(?=.*(\bCARDS?\b|TAGS?\b|WRAP|RIBBON|TISSUE|GIFT BAG|STICKER|TAPE|DOIL|NAPKIN|CAKE CASE|PAPER BAG))"),
    ("Christmas", "Candles & Lights", "candle", r"(?=.*(CHRISTMAS|SANTA|ADVENT|SNOWFL))(?=.*(CANDLE|LIGHT|LANTERN))"),
    ("Christmas", "Tree Decorations", "star", r"(CHRISTMAS|SNOWFLAKE|HOLLY|XMAS).*(STAR|HEART|BELL|BAUBLE|HANGING|TREE)|WOOD STAR|STAR WOOD|BAUBLE|TREE DECORATION|FELT.*DECORATION"),
    ("Christmas", "Ornaments", "tree", r"CHRISTMAS|XMAS|SANTA|REINDEER|SNOWM|ADVENT|RUDOLPH|NATIVITY|STOCKING|NUTCRACKER|SNOWFLAKE|HOLLY\b|TREE TOP|JINGLE|GINGERBREAD"),
    ("Stationery", "Cards & Postcards", "card", r"(GREETING|BIRTHDAY|THANK YOU) CARD|POSTCARD|\bCARDS?[ ,]*$|^CARD |SET 10 CARDS"),
    ("Stationery", "Pens & Pencils", "pencil", r"PENCILS"),
    ("Stationery", "Notebooks & Albums", "notebook", r"NOTEBOOK|POCKET BOOK|JOURNAL|SKETCHBOOK|PHOTO ALBUM"),
    ("Stationery", "Stickers & Magnets", "sticker", r"STICKER|MAGNETS?\b"),
    ("Gift Wrap", "Wrap & Ribbon", "wrap", r"^WRAP|GIFT ?WRAP|RIBBON REEL"),
    ("Home", "Doormats & Doorstops", "doormat", r"DOOR ?MAT|DOOR ?STOP|DRAUGHT ?EX"),
    ("Home", "Clocks", "clock", r"CLOCK"),
    ("Bath & Beauty", "Soaps & Scents", "soap", r"PLASTERS"),
    ("Storage", "Boxes & Drawers", "drawers", r"TRINKET"),
    ("Home", "Mirrors", "mirror", r"MIRRORED WALL ART"),
    ("Home", "Frames & Wall Art", "frame", r"WALL ART|FRAME"),
    ("Home", "Signs & Letters", "sign", r"METAL SIGN|\bSIGN$|DOOR SIGN"),
    ("Storage", "Hooks & Knobs", "hook", r"HOOKS?$|KNOB|HOOK HANGER"),
    ("Accessories", "Key Rings & Charms", "key", r"KEY ?RING|KEY ?FOB|KEY-?CHAIN|PHONE|BAG CHARM"),
    ("Toys", "Games & Puzzles", "puzzle", r"MARBLES|JIGSAW|PLAYING CARDS|CARD GAME"),
    ("Easter", "Eggs & Chicks", "egg", r"EASTER|\bEGGS?\b(?! ?(CUP|COS|TIMER|WARM|POACH|WHISK|BOX|FRY|HOLD))(?!.*(CUP|PAN))|\bCHICKS?\b|BUNN(Y|IES)|SPRING DEC"),
    ("Lighting", "Candle Holders", "holder", r"(T-LIGHT|TEALIGHT|TEA LIGHT|CANDLE|VOTIVE|CANDLESTICK).*(HOLDER|STICK|PLATE|LANTERN|BOWL|POT\b|STAND|GLASS|JAR|TREE|TRAY)|CANDLEHOLDER|CANDLESTICK|CHANDELIER|CANDELABRA|TLIGHT|T-LIGHT"),
    ("Lighting", "Lanterns", "lantern", r"LANTERN"),
    ("Lighting", "Fairy Lights & Lamps", "lights", r"FAIRY LIGHT|LIGHTS\b|LAMP|LIGHT STRING|LIGHT GARLAND|LED\b|TORCH|LIGHT SHADE|SHADE\b|NIGHT LIGHT|LIGHT BULB"),
    ("Lighting", "Candles", "candle", r"CANDLE|CNDLS|TEA LIGHTS|MATCHES|CITRONELLA"),
    ("Bags", "Lunch Bags & Boxes", "lunch", r"LUNCH|SNACK BOX|BENTO|COOLER|COOL BAG"),
    ("Gift Wrap", "Gift Bags & Boxes", "giftbag", r"GIFT BAG|GIFT BOX|CHOCOLATE BAG|PARTY BAG|CARRIER BAG|PAPER BAG|BAG 500|BAG 250"),
    ("Bags", "Purses & Wallets", "purse", r"PURSE|WALLET|COIN|PASSPORT|CARD HOLDER|\bMAKE.?UP BAG|WASH ?BAG|COSMETIC|TOILET BAG|POUCH"),
    ("Bags", "Travel", "luggage", r"LUGGAGE|SUITCASE|TRAVEL(?!ING FAN)|WEEKEND|HOLDALL|DUFFEL|VANITY"),
    ("Crafts", "Sewing & Felt", "craft", r"FELTCRAFT|SEWING|KNITTING|NEEDLE|BUTTON|CROSS STITCH|THREAD|CRAFT|PIN CUSHION|TAPE MEASURE|SCISSOR|STENCIL|PAINT SET|PATCH|KIT\b(?!.*REPAIR)"),
    ("Bags", "Shopping Bags", "tote", r"\b(BAGS?|SHOPPER|TOTE|RUCKSACK|BACKPACK|HANDBAG)\b(?!.*(MARBLE|PEG|STONES))(?<!GEMS IN BAG)"),
    ("Jewellery", "Necklaces", "necklace", r"NECKL|PENDANT|CHOKER|LARIAT"),
    ("Jewellery", "Earrings", "earrings", r"EARRING|EARING"),
    ("Jewellery", "Bracelets & Rings", "bracelet", r"BRACELET|BANGLE|\bRINGS?\b(?!.*(BINDER|CURTAIN|KEY))(?<!KEY RING)(?<!NAPKIN RING)|\bBROOCH|ANKLET|CHARM"),
    ("Jewellery", "Hair Accessories", "hair", r"HAIR|HEADBAND|TIARA|BOBBLE|HAIRCLIP|FASCINATOR"),
    ("Accessories", "Key Rings & Charms", "key", r"KEY|PHONE|KEYRING"),
    ("Accessories", "Umbrellas & Fans", "umbrella", r"UMBRELLA|FAN\b|PARASOL(?!.*GARDEN)(?<!COCKTAIL PARASOL)|\bRAIN (?!BOOT)"),
    ("Accessories", "Scarves & Slippers", "scarf", r"SCARF|SLIPPER|(?<!OVEN )(?<!UP )(?<!GARDEN )GLOVE|HAT\b|SHAWL|SARONG|SOCK|BELT|SANDAL|PONCHO|FLIP ?FLOP|SUNGLASS|HEADPHONE|SUIT|PULLOVER|CARDIGAN|T-?SHIRT|STOLE|RUFF|LEGGING|WRISTW|WATCH\b|TIE\b"),
    ("Kitchen", "Cutlery & Utensils", "cutlery", r"CUTLERY|SPOON|FORK\b|KNI(FE|VES)|LADLE|WHISK|SPATULA|UTENSIL|SCOOP|TONGS|CHOPSTICK|SALAD SERVER|MASHER|GRATER|PEELER|SIEVE|COLANDER|SCALES|TIMER|THERMOMETER|OPENER|CORKSCREW"),
    ("Kitchen", "Baking", "baking", r"CAKE|BAKING|CUPCAKE|MUFFIN|COOKIE|BISCUIT|PASTRY|JELLY|ROLLING PIN|MOULD|RECIPE|PATISSERIE|ICING|DOUGHNUT|BUN CASE|PIE\b|PUDDING"),
    ("Kitchen", "Aprons & Towels", "apron", r"APRON|TEA TOWEL|TOWEL|OVEN|PINNY|DISH ?CLOTH|MITT|GLOVES? ?(DOUBLE)?$|POT ?HOLDER|TABLE ?CLOTH|PLACEMAT|PLACE ?MAT|COASTER|RUNNER|NAPKIN RING|TABLE ?MAT"),
    ("Kitchen", "Tea & Coffee", "teacup", r"TEA ?POT|TEA ?CUP|TEA FOR|TEA SET|TEA PLATE|SAUCER|COFFEE|TEA COS|TEA CADD|TEA COFFEE|ESPRESSO|COSY|MILK JUG|CREAMER|SUGAR|STRAINER|\bTEA\b(?!.*TOWEL)"),
    ("Kitchen", "Mugs & Cups", "mug", r"\bMUGS?\b|\bCUPS?\b|BEAKER|TUMBLER|EGGCUP"),
    ("Kitchen", "Jars & Tins", "jar", r"\bJARS?\b|CANISTER|STORAGE TIN|\bTINS?\b|BREAD BIN|PANTRY|JAM |JAM$|CADDY|HONEY\b|SPICE|SALT|PEPPER|PRESERV|BISCUIT TIN"),
    ("Kitchen", "Bowls & Plates", "bowl", r"BOWL|PLATE|DISH|PLATTER|EGG ?CUP|EGG ?BOX|PAN\b|SAUCEPAN|FOOD|CONTAINER|MICROWAVE|RAMEKIN|TUREEN|CROCKERY|TRAY|SERVING|CHEESE|CHOPPING"),
    ("Kitchen", "Glasses & Bottles", "bottle", r"GOBLET|WINE|BOTTLE(?!.*HOT WATER)(?<!HOT WATER BOTTLE)|DECANTER|JUG\b|CARAFE|COCKTAIL|FLASK|FLUTE|CHAMPAGNE|GLASSES|TUMBLERS|ICE CUBE|STRAWS?\b|BEER|GIN\b|PITCHER"),
    ("Party", "Bunting & Garlands", "bunting", r"BUNTING|GARLAND|STREAMER|PAPER CHAIN|PENNANT|HONEYCOMB|PINWHEEL"),
    ("Party", "Balloons & Tableware", "party", r"BALLOON|PARTY|PAPER CUP|PAPER PLATE|NAPKIN|SERVIETTE|DOILIES|DOILEY|CONFETTI|PINATA|CONE\b|BIRTHDAY BADGE|PICNIC|COCKTAIL|SPARKLER|CANDLE NUMBER|FESTIV"),
    ("Gift Wrap", "Wrap & Ribbon", "wrap", r"WRAP|RIBBON|TISSUE PAPER|RAFFIA|BOWS?\b|CREPE|TWINE|STRING\b"),
    ("Gift Wrap", "Tags & Tissues", "tag", r"\bTAGS?\b|TISSUE"),
    ("Stationery", "Cards & Postcards", "card", r"\bCARDS?\b(?! GAME)|POSTCARD|ENVELOPE|INVIT|THANK YOU|VALENTINE"),
    ("Stationery", "Pens & Pencils", "pencil", r"PENCILS"),
    ("Stationery", "Notebooks & Albums", "notebook", r"NOTEBOOK|JOURNAL|DIARY|ALBUM|\bBOOKS?\b|CALENDAR|PLANNER|JOTTER|NOTE ?PAD|SCRAP|PAD\b|FOLDER|BOOK ?MARK|SKETCH|PAPER SET|WRITING|ORGANISER|CLIPBOARD|MEMO"),
    ("Stationery", "Pens & Pencils", "pencil", r"PENCIL|PENS?\b|CRAYON|CHALK|RULER|ERASER|RUBBER|SHARPENER|STAPLER|STAMP|MARKER|HIGHLIGHT|SCHOOL"),
    ("Stationery", "Stickers & Magnets", "sticker", r"STICKER|MAGNET|TAPE|DECAL|TRANSFER|TATTOO|LABEL|BADGE|CLIPS?\b|PEGS?\b|SEALS?\b"),
    ("Bath & Beauty", "Hot Water Bottles", "hotwater", r"HOT WATER|HAND ?WARMER|WHEAT|EYE ?MASK|WARMER"),
    ("Bath & Beauty", "Soaps & Scents", "soap", r"SOAP|BATH|LIP|SCENT|FRAGRAN|INCENSE|POTPOURRI|PERFUME|OIL|SHOWER|SPONGE|NAIL|LAVENDER|POT POURRI|TOOTH|MANICURE|EAU|AROMA|BODY|TALC|COMPACT|GLOSS|COSMET|PLASTER|SACHET|JOSS|BRUSH|COMB\b"),
    ("Garden", "Watering & Planters", "plant", r"WATERING|PLANT|FLOWER ?POT|POT\b|SEED|CACTUS|HERB|TROUGH|HYACINTH|URN|TERRARIUM|HANGING BASKET|GROW|CRESS|BUCKET"),
    ("Garden", "Birds & Outdoors", "birdhouse", r"BIRD ?(HOUSE|TABLE|FEEDER|BATH|CAGE|BOX)|NESTING|FEEDER|WIND ?CHIME|WIND ?MILL|GNOME|GARDEN|DECK ?CHAIR|BARBE|CAMP|FISHING|HAMMOCK|WINDMILL|OUTDOOR|PARASOL|INSECT|BUTTERFLIES|FLY SWAT|BEACH"),
    ("Home", "Cushions & Throws", "cushion", r"CUSHION|THROW\b|BLANKET|QUILT|PILLOW|BEANBAG|FLOOR|RUG\b|CURTAIN|BEDROOM|SEAT|CHAIR|STOOL|TABLE$|MAT\b|FOOTSTOOL|BED\b|POUFFE"),
    ("Home", "Doormats & Doorstops", "doormat", r"DOOR ?MAT|DOOR ?STOP|DRAUGHT|DOORBELL|KNOCKER|BOOT"),
    ("Home", "Clocks", "clock", r"CLOCK|ALARM|HOURGLASS|SUN ?DIAL"),
    ("Home", "Mirrors", "mirror", r"MIRROR"),
    ("Home", "Frames & Wall Art", "frame", r"FRAME|WALL|PICTURE|CANVAS|PAINTING|PRINT\b|POSTER|GLOBE|\bART\b|BLACKBOARD|CHALKBOARD|NOTICE|MESSAGE|BOARD|PHOTO|TILE|MAP\b"),
    ("Home", "Signs & Letters", "sign", r"SIGN\b|SIGNS|LETTER|PLAQUE|HOUSE NUMBER|NUMBER|WORD|BLOCK|ALPHABET|\bLOVE\b|\bHOME\b|HELLO"),
    ("Storage", "Hooks & Knobs", "hook", r"HOOK|KNOB|HANGER|COAT|PEG|HANDLE|RACK|TOWEL RAIL|RAIL\b|BRACKET|HOLDER"),
    ("Storage", "Baskets", "basket", r"BASKET|WICKER|TRUG|HAMPER|CRATE|LAUNDRY"),
    ("Storage", "Boxes & Drawers", "drawers", r"DRAWER|CABINET|BOX|CHEST|TIDY|STORAGE|SHELF|SHELVES|UNIT|TRUNK|CASE\b|CASES|TRINKET|BIN\b|STAND\b|CUPBOARD|ORGANIZ|MAGAZINE"),
    ("Toys", "Soft Toys & Dolls", "toy", r"SOFT TOY|TEDDY|DOLL|BABUSHKA|RABBIT|BEAR|PUPPET|MONKEY|DOGGY|DINOSAUR|BABY|CUDDL|FAIRY|SOLDIER|PRINCESS|MOBILE|COW|OWL|ELEPHANT|DUCK|RAG |PENGUIN|TOADSTOOL|HEN\b|PIG|CAT\b|DOG\b|SHEEP|LION"),
    ("Toys", "Games & Puzzles", "puzzle", r"GAMES?\b|JIGSAW|PUZZLE|DOMINO|CHESS|SKIPPING|SKITTLE|YO ?-?YO|PLAYING|TOY|MAGIC|MARBLE|KITE|SPINNING|SPACE|ROBOT|TRAIN|CAR\b|ROCKET|HOPSCOTCH|DRUM|TRUMPET|HARMONICA|WHISTLE|BOUNCE|BALL\b|BALLS|GUN|SWORD|BINGO|LUDO|SNAKES|DRAUGHTS|TRADITIONAL|CIRCUS|INFLATABLE|BUBBLE|CATAPULT|JACKS|BOOMERANG|PARACHUTE|GLIDER|TRICK|CHILDREN|CHILD|FORTUNE|SLING|DARTS|JOKE|RATTLE"),
    ("Home", "Vases & Flowers", "flower", r"VASE|FLOWER|ROSE|WREATH|BOUQUET|DAISY|TULIP|ORCHID|POPPY|LEAF|BRANCH|BLOSSOM|PETAL|SPRIG|LILY|FEATHER|GRASS|TREE|FRUIT|APPLE|STRAWBERRY"),
    ("Home", "Ornaments", "heart", r"HEART|HANGING|DECORATION|ORNAMENT|FIGUR|BIRD|BUTTERFLY|ANGEL|CHERUB|STAR|BELL|DOVE|SHELL|BEAD|CRYSTAL|GLASS|ZINC|METAL|WOOD|ENAMEL|CERAMIC|PORCELAIN|FELT|SILVER|BUDDHA|STATUE|MINI|FRENCH|VINTAGE"),
    ("Storage", "Money Boxes", "moneybox", r"MONEY|PIGGY|BANK"),
]
_COMPILED = [(top, sub, kind, re.compile(r"\b(?:%s)" % words if words[0].isalpha() else words))
             for top, sub, kind, words in _RULES]


def place(name):
    """(top level, second level, picture) of an item."""
    if re.search(r"MONEY ?(BOX|BANK)|PIGGY", name):
        return "Storage", "Money Boxes", "moneybox"
    if re.search(r"MIRROR ?BALL", name):
        return "Home", "Ornaments", "bauble"
    for top, sub, kind, words in _COMPILED:
        if words.search(name):
            return top, sub, _closer(name, kind)
    return "Home", "Curiosities", "giftbox"


# A picture that says more than its category: (picture, words, the pictures it may stand in for).
_PICTURES = [
    ("postcard", r"POSTCARD", "card"), ("card", r"\bCARDS?\b", "tree star"), ("wrap", r"WRAP|RIBBON", "tree star card"),
    ("tote", r"\bBAG\b", "tree star"), ("bunting", r"CHAIN|GARLAND|BUNTING", "tree star craft party"), ("craft", r"CRAFT|\bKIT\b", "tree star luggage"),
    ("napkin", r"NAPKIN|TISSUE", "tree star"), ("tin", r"TINS?\b", "tree star"), ("mug", r"\bMUG\b", "tree star"), ("cushion", r"CUSHION", "tree star"),
    ("giftbox", r"\bBOX(ES)?\b", "tree star"), ("pencil", r"PENCIL", "party"), 
    ("tag", r"\bTAGS?\b", "card luggage"), ("cakecase", r"CAKE CASE", "card"), ("bauble", r"BAUBLE|GLASS BALL|MIRROR ?BALL", "star tree heart candle"), ("bell", r"\bBELLS?\b(?!.*DOOR)", "star tree heart jar"),
    ("tree", r"\bTREE\b", "star flower heart"),
    ("rabbit", r"RABBIT|BUNNY|BUNNIES", "egg toy heart"), ("chick", r"CHICK|\bHEN\b|DUCK", "egg toy heart birdhouse"),
    ("jigsaw", r"JIGSAW|PUZZLE", "puzzle"), ("cakestand", r"CAKE ?STAND", "baking"), ("cakecase", r"CAKE CASE|BUN CASE|CUPCAKE|MUFFIN", "baking"),
    ("tray", r"\bTRAYS?\b", "bowl apron"), ("plate", r"\bPLATES?\b|PLATTER", "bowl teacup party"), ("teapot", r"TEA ?POT|TEA FOR ONE", "teacup"),
    ("mug", r"\bMUGS?\b|BEAKER", "teacup"), ("book", r"RECIPE|\bBOOKS?\b|ALBUM", "baking notebook"), ("backpack", r"RUCKSACK|BACKPACK", "tote"),
    ("tin", r"TINS?\b|CADDY", "jar baking teacup egg"), ("bird", r"\b(BIRD|DOVE|ROBIN|OWL)S?\b(?!.*(HOUSE|TABLE|FEEDER|BOX|CAGE))", "heart tree star toy birdhouse"),
    ("butterfly", r"BUTTERFL", "heart sticker flower birdhouse"), ("watering", r"WATERING", "plant"), ("parasol", r"PARASOL", "umbrella birdhouse"),
    ("fan", r"\bFANS?\b", "umbrella"), ("star", r"\bSTARS?\b", "heart basket tree"), ("heart", r"HEART", "basket tree star"),
    ("doll", r"\bDOLLS?\b|BABUSHKA", "toy craft"), ("flower", r"FLOWER|WREATH|ROSE|DAISY", "heart"), ("crate", r"CRATE", "basket"),
    ("napkin", r"NAPKIN|SERVIETTE|TISSUE", "party tag card"), ("wrap", r"WRAP|RIBBON|PAPER BAG|GIFT BAG", "card"),
    ("balloon", r"BALLOON", "party"), ("magnet", r"MAGNET", "sticker"), ("teacup", r"TEA ?CUP|SAUCER", "mug"),
    ("lights", r"LIGHTS?\b(?!.*HOLDER)", "candle"), ("teatowel", r"TOWEL|CLOTH|RUNNER", "apron"), ("placemat", r"MAT\b|MATS\b|COASTER", "apron cushion"),
    ("pegs", r"\bPEGS?\b", "sticker"), ("glass", r"GLASS\b|GLASSES|GOBLET|TUMBLER|FLUTE", "bottle"), ("jug", r"\bJUG\b|CREAMER|PITCHER", "teacup bottle"),
    ("letter", r"LETTER|ALPHABET|NUMBER", "sign"), ("block", r"BLOCK", "sign"),
]
_PICTURES = [(kind, re.compile(words), set(instead.split())) for kind, words, instead in _PICTURES]


def _closer(name, kind):
    for closer, words, instead in _PICTURES:
        if kind in instead and words.search(name):
            return closer
    return kind


_COLOURS = [("Light Blue", r"LIGHT BLUE|LTBLUE|PALE BLUE"), ("Turquoise", r"TURQ|AQUA|TEAL"), ("Navy", r"NAVY|MIDNIGHT"),
            ("Red", r"RED|RUBY|SCARLET|CHERRY"), ("Pink", r"PINK|FUCHSIA|FUSCHIA|RASPBERRY"), ("Blue", r"BLUE|SAPPHIRE"),
            ("Green", r"GREEN|EMERALD|LIME|OLIVE|MINT"), ("White", r"WHITE"), ("Ivory", r"IVORY|CREAM|NATURAL"),
            ("Black", r"BLACK|JET"), ("Silver", r"SILVER|ZINC|CHROME"), ("Gold", r"GOLD|BRASS"), ("Purple", r"PURPLE|LILAC|AMETHYST|LAVENDER|VIOLET|MAUVE"),
            ("Yellow", r"YELLOW|LEMON"), ("Orange", r"ORANGE|AMBER|TANGERINE"), ("Brown", r"BROWN|CHOCOLATE|COPPER"), ("Grey", r"GREY|GRAY|SLATE|PEWTER")]
_MATERIALS = [("Glass", r"GLASS|MIRRORED"), ("Wood", r"WOOD(EN)?"), ("Ceramic", r"CERAMIC|PORCELAIN|CHINA|STONEWARE"), ("Metal", r"METAL|TIN|ZINC|IRON|STEEL|WIRE"),
              ("Enamel", r"ENAMEL"), ("Felt", r"FELT|FELTCRAFT"), ("Paper", r"PAPER|CARDS?|WRAP"), ("Cotton", r"COTTON|CANVAS"), ("Wicker", r"WICKER|RATTAN"),
              ("Crystal", r"CRYSTAL|DIAMANTE"), ("Silver", r"SILVER(?! ?PLATE)"), ("Acrylic", r"ACRYLIC|PLASTIC|MELAMINE"), ("Slate", r"SLATE"), ("Wax", r"CANDLES?")]
_PATTERNS = [("Retrospot", r"RETRO ?SPOT"), ("Polkadot", r"POLKA ?DOT|SPOTTY|SPOTS?"), ("Union Jack", r"UNION JACK|UNION FLAG"), ("Gingham", r"GINGHAM|CHECK"),
             ("Paisley", r"PAISLEY"), ("Stripe", r"STRIPE[DSY]?"), ("Woodland", r"WOODLAND|TOADSTOOL|MUSHROOM"), ("Spaceboy", r"SPACEBOY"), ("Dolly Girl", r"DOLLY"),
             ("Skull", r"SKULLS?"), ("Strawberry", r"STRAWBERR(Y|IES)"), ("Apple", r"APPLES?"), ("Butterfly", r"BUTTERFL(Y|IES)"), ("Baroque", r"BAROQUE|REGENCY"),
             ("Heart", r"HEARTS?|SWEETHEART|LOVE"), ("Star", r"STARS?|STARRY"), ("Rose", r"ROSES?"), ("Floral", r"FLORAL|FLOWERS?|DAISY|BOTANICAL|BLOSSOM|POPP(Y|IES)|CHINTZ"),
             ("Bird", r"BIRDS?|OWL|DOVE"), ("Suki", r"SUKI"), ("Circus", r"CIRCUS"), ("Alphabet", r"ALPHABET"), ("Vintage", r"VINTAGE|RETRO|FRENCH|VICTORIAN|EDWARDIAN")]


def _first(table, name):
    for value, words in table:
        if re.search(r"\b(?:%s)\b" % words, name):
            return value
    return ""


def color(name):
    return _first(_COLOURS, name)


def material(name):
    return _first(_MATERIALS, name)


def pattern(name):
    found = _first(_PATTERNS, name)
    return "Red Retrospot" if found == "Retrospot" and " RED" in " " + name else found
