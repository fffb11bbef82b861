"""Prompts and answers as tokens: the detect grammar over the embedded tokenizer."""

from pathlib import Path

from tokenizers import Tokenizer

from scenes import LABELS, REPOSITORY

CHECKPOINT = REPOSITORY / "paligemma/src/main/resources/dev/watchword/paligemma/demo-checkpoint"
TOKENIZER = Tokenizer.from_file(str(CHECKPOINT / "tokenizer.json"))
BOS, EOS, LOC = (TOKENIZER.token_to_id(t) for t in ("<bos>", "<eos>", "<loc0000>"))
# Words of one token each, so that the prompts of a batch are of one length when they have as many words.
ABSENT = "bicycle dog forklift pallet door fire smoke helmet vest cat bus bottle box chair".split()


def ids(text):
    return TOKENIZER.encode(text, add_special_tokens=False).ids


WORDS = {word: ids(" " + word)[0] for word in LABELS + ABSENT}
LABEL_OF = {WORDS[label]: label for label in LABELS}
SEPARATOR = ids(" ; ")


def prompt_ids(words):
    return [BOS] + ids("detect " + " ; ".join(words) + "\n")


def location(share):
    return LOC + min(1023, max(0, round(float(share) * 1024)))


def answer_ids(words, boxes):
    """The boxes asked for in the prompt's order, those of one word from left to right."""
    wanted = [box for box in boxes if LABELS[int(box[0])] in words]
    wanted.sort(key=lambda box: (words.index(LABELS[int(box[0])]), box[2]))
    tokens = []
    for box in wanted:
        tokens += SEPARATOR if tokens else []
        tokens += [location(share) for share in box[1:]] + [WORDS[LABELS[int(box[0])]]]
    return tokens + [EOS]


def words_of_prompt(count, random):
    """So many words: the four labels as the demo asks for them, in any order, or mixed with what is never there."""
    if count == 4 and random.random() < 0.7:
        return list(LABELS)
    words = []
    while len(words) < count:
        word = random.choice(ABSENT if random.random() < 0.15 else LABELS)
        if word not in words:
            words.append(word)
        elif count > 4:
            words += [word for word in [random.choice(ABSENT)] if word not in words]
    return words
