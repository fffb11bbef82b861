"""Ids and texts of the real 257k vocabulary, which is not part of the project: the file is read where it lies, if it lies there."""

import json
import os
import random
from pathlib import Path

from tokenizers import Tokenizer

DATA = Path(os.environ.get("WATCHWORD_TEST_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"))
TEXTS = [
    "detect person\n", "detect person ; car ; traffic light\n", "detect a person in a red jacket ; forklift\n", "segment cat\n",
    "segment the left-most car ; bag\n", "caption en\n", "ocr\n", "answer en how many cars are there?\n", "cap de\n", "describe en\n",
    "question en two\n", "caption <loc0256><loc0128><loc0768><loc0512>\n", "detect a;b\n", "detect a , b\n",
    "<loc0000><loc1023> person ; <loc0001><loc0002><loc0003><loc0004> car", "<loc1024>", "<loc12>", "<LOC0001>", "<loc0001", "loc0001>",
    "<seg000><seg127> x", "<seg128>", "<image>", "<bos>text<eos>", "<pad><unk><mask>", "<unused7>", "<start_of_turn>user\n", "<0x41>", "</s>",
    "", " ", "  ", "   ", "        x", "a  b   c    d", "x ", " x", "\n", "\n\n", "\n\n\n", " \n ", "\t", "\t\t\tx", "\r\n", "a\u00a0b", "a\u3000b",
    "\u200b", "\ufeffx", "\u202ertl", "▁", "▁person", "a▁b", "_", "I'm don't we'll", "UPPER lower MiXeD", "0123456789", "3.14159 1,000,000",
    "https://example.org/a?b=c&d=%20", "C:\\path\\file", "!@#$%^&*()[]{}|;:'\",.<>/?`~", "----====____", "......", "<div class=\"x\">",
    "🚚", "👨‍👩‍👧‍👦", "👍🏽", "🇩🇪🇫🇷", "❤️", "é", "e\u0301", "Å", "ﬁ", "①②③", "½", "Ⅷ", "𝕳𝖊𝖑𝖑𝖔", "𐍈𐌹", "𓀀", "\U0001f9ff", "\U0010ffff",
    "\u0000", "\u0001\u0002", "\u007f", "\u0085", "a\u0000b", "\ufffd", "x" * 300, "ab" * 200, "antidisestablishmentarianism",
    "supercalifragilisticexpialidocious", "Donaudampfschifffahrtsgesellschaftskapitän", "def f(x):\n    return x + 1\n", "{\"a\": [1, 2]}",
]
LANGUAGES = {
    "ar": "شخص يعبر الشارع أمام سيارة حمراء", "bn": "একজন মানুষ রাস্তা পার হচ্ছে", "cs": "Člověk přechází ulici před červeným autem",
    "da": "En person går over gaden foran en rød bil", "de": "Eine Person überquert die Straße vor einem roten Auto",
    "el": "Ένα άτομο διασχίζει το δρόμο", "en": "A person crosses the street in front of a red car", "es": "Una persona cruza la calle; ¿dónde está el coche?",
    "fa": "یک نفر از خیابان عبور می‌کند", "fi": "Henkilö ylittää kadun punaisen auton edessä", "fil": "Isang tao ang tumatawid sa kalye",
    "fr": "Une personne traverse la rue devant une voiture garée à côté", "he": "אדם חוצה את הרחוב", "hi": "एक व्यक्ति सड़क पार कर रहा है",
    "hr": "Osoba prelazi ulicu ispred crvenog automobila", "hu": "Egy személy átkel az utcán egy piros autó előtt", "id": "Seseorang menyeberang jalan di depan mobil merah",
    "it": "Una persona attraversa la strada", "iw": "מכונית אדומה", "ja": "赤い車の前を人が横断している", "ko": "한 사람이 빨간 차 앞에서 길을 건너고 있다",
    "mi": "Kei te whakawhiti te tangata i te tiriti", "nl": "Een persoon steekt de straat over", "no": "En person går over gata", "pl": "Osoba przechodzi przez ulicę przed czerwonym samochodem",
    "pt": "Uma pessoa atravessa a rua em frente a um carro vermelho", "quz": "Huk runa ñanta chimpachkan", "ro": "O persoană traversează strada în fața mașinii roșii",
    "ru": "Человек переходит улицу перед красной машиной", "sv": "En person går över gatan framför en röd bil", "sw": "Mtu anavuka barabara mbele ya gari jekundu",
    "te": "ఒక వ్యక్తి వీధి దాటుతున్నాడు", "th": "คนกำลังข้ามถนนหน้ารถสีแดง", "tr": "Bir kişi kırmızı arabanın önünde karşıdan karşıya geçiyor",
    "uk": "Людина переходить вулицю", "vi": "Một người băng qua đường trước chiếc xe màu đỏ", "zh": "一个人在红色汽车前过马路",
}


def write(path):
    file = DATA / "paligemma-tokenizer.json"
    if not file.exists():
        print(f"{file} is not there: {path.name} stays as it is")
        return
    tokenizer = Tokenizer.from_file(str(file))
    decode = lambda row: tokenizer.decode(row, skip_special_tokens=True)
    lines = []
    for text in TEXTS + [f"caption {code}\n" for code in LANGUAGES] + list(LANGUAGES.values()):
        row = tokenizer.encode(text, add_special_tokens=False).ids
        lines.append({"text": text, "ids": row, "decoded": decode(row)})
    draw = random.Random(11)
    kinds = [range(217, 473), range(256000, 257152), range(257153), range(3, 300)]
    for i in range(60):
        row = [draw.choice(kinds[draw.randrange(4) if i % 2 else i // 2 % 4]) for _ in range(draw.randrange(1, 12))]
        lines.append({"ids": row, "decoded": decode(row)})
    path.write_text("[\n" + ",\n".join(json.dumps(line) for line in lines) + "\n]\n")
