package dev.watchword.paligemma;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.watchword.paligemma.graph.ForeignFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Token ids and what they spell, from {@code tokenizer.json}. No id is known beforehand: other
 * vocabularies than Gemma's work as well. Immutable.
 */
final class Vocabulary {
  /** Bins of a coordinate. */
  static final int LOCATIONS = 1024;

  /** Codes of a mask's cell. */
  static final int SEGMENTS = 128;

  /** Far above any vocabulary, and far below what would not fit into memory. */
  private static final int LARGEST_ID = 1 << 24;

  private final Map<String, Integer> ids;
  private final String[] pieces;
  private final boolean[] special;
  private final int firstLocation;
  private final int firstSegment;

  private Vocabulary(Map<String, Integer> ids, boolean[] special, String file)
      throws CheckpointException {
    this.ids = ids;
    this.special = special;
    this.pieces = new String[special.length];
    ids.forEach((piece, id) -> pieces[id] = piece);
    this.firstLocation = run("<loc%04d>", LOCATIONS, file);
    this.firstSegment = run("<seg%03d>", SEGMENTS, file);
  }

  static void requireFile(Path file) throws CheckpointException {
    if (!Files.exists(file)) {
      throw new CheckpointException(
          Files.exists(file.resolveSibling("tokenizer.model"))
              ? "%s is missing and tokenizer.model alone will not do: copy it from the model's repository, or save the tokenizer again with AutoTokenizer of transformers."
                  .formatted(file)
              : "%s is missing: copy it from the model's repository.".formatted(file));
    }
    try {
      if (ForeignFile.isPointer(file)) {
        throw new CheckpointException(file + " is a Git LFS pointer: download the file itself.");
      }
    } catch (IOException e) {
      throw new CheckpointException("Cannot read " + file + ": " + e, e);
    }
  }

  static Vocabulary read(Path file) throws CheckpointException {
    requireFile(file);
    Reading reading = new Reading();
    try (JsonParser json = new JsonFactory().createParser(file.toFile())) {
      reading.read(json);
    } catch (JsonProcessingException e) {
      throw new CheckpointException(
          "%s is not valid JSON: %s.".formatted(file, e.getOriginalMessage()), e);
    } catch (IOException e) {
      throw new CheckpointException("Cannot read " + file + ": " + e, e);
    }
    return new Vocabulary(reading.ids, reading.special(), file.toString());
  }

  /** Reads the few fields that matter from a file that may have 30 MB. */
  private static final class Reading {
    private final Map<String, Integer> ids = new HashMap<>();
    private boolean[] special = new boolean[0];
    private int size;
    private boolean sawAddedTokens;
    private boolean sawVocabulary;

    /** The merges after the vocabulary are more than half of the file, and the tokenizer's. */
    private boolean complete() {
      return sawAddedTokens && sawVocabulary;
    }

    private void read(JsonParser json) throws IOException {
      json.nextToken();
      while (!complete() && json.nextToken() == JsonToken.FIELD_NAME) {
        String field = json.currentName();
        json.nextToken();
        switch (field) {
          case "added_tokens" -> addedTokens(json);
          case "model" -> model(json);
          default -> json.skipChildren();
        }
      }
    }

    private void addedTokens(JsonParser json) throws IOException {
      sawAddedTokens = true;
      while (json.nextToken() == JsonToken.START_OBJECT) {
        String content = "";
        int id = 0;
        boolean isSpecial = false;
        while (json.nextToken() == JsonToken.FIELD_NAME) {
          String field = json.currentName();
          json.nextToken();
          switch (field) {
            case "content" -> content = json.getText();
            case "id" -> id = json.getIntValue();
            case "special" -> isSpecial = json.getBooleanValue();
            default -> json.skipChildren();
          }
        }
        add(content, id);
        if (isSpecial) {
          special = Arrays.copyOf(special, Math.max(special.length, id + 1));
          special[id] = true;
        }
      }
    }

    private void model(JsonParser json) throws IOException {
      while (!complete() && json.nextToken() == JsonToken.FIELD_NAME) {
        String field = json.currentName();
        if (json.nextToken() == JsonToken.START_OBJECT && field.equals("vocab")) {
          sawVocabulary = true;
          while (json.nextToken() == JsonToken.FIELD_NAME) {
            String piece = json.currentName();
            json.nextToken();
            add(piece, json.getIntValue());
          }
        } else {
          json.skipChildren();
        }
      }
    }

    private void add(String piece, int id) throws IOException {
      if (id < 0 || id > LARGEST_ID) {
        throw new IOException("token '%s' has the id %d".formatted(piece, id));
      }
      ids.put(piece, id);
      size = Math.max(size, id + 1);
    }

    private boolean[] special() {
      return Arrays.copyOf(special, size);
    }
  }

  private int run(String format, int count, String file) throws CheckpointException {
    int first = require(format.formatted(0), file);
    for (int i = 1; i < count; i++) {
      if (require(format.formatted(i), file) != first + i) {
        throw new CheckpointException(
            "%s: the ids from '%s' to '%s' are not consecutive."
                .formatted(file, format.formatted(0), format.formatted(count - 1)));
      }
    }
    return first;
  }

  private int require(String piece, String file) throws CheckpointException {
    Integer id = ids.get(piece);
    if (id == null) {
      throw new CheckpointException(
          "%s has no token '%s': it is not the tokenizer of a PaliGemma checkpoint."
              .formatted(file, piece));
    }
    return id;
  }

  /** The id of a token that each PaliGemma vocabulary has. */
  int id(String piece) throws CheckpointException {
    return require(piece, "tokenizer.json");
  }

  /** The first of {@value #LOCATIONS} consecutive location tokens. */
  int firstLocation() {
    return firstLocation;
  }

  /** How a location is spelled in text. */
  static String location(int bin) {
    return "<loc%04d>".formatted(bin);
  }

  boolean isLocation(int id) {
    return id >= firstLocation && id < firstLocation + LOCATIONS;
  }

  /** The first of {@value #SEGMENTS} consecutive segment tokens. */
  int firstSegment() {
    return firstSegment;
  }

  boolean isSegment(int id) {
    return id >= firstSegment && id < firstSegment + SEGMENTS;
  }

  /** Tokens that are no text, such as the end token. Locations and segments always are. */
  boolean isSpecial(int id) {
    return id < special.length && special[id] && !isLocation(id) && !isSegment(id);
  }

  /** Ids below this have a spelling; a checkpoint's table may have more rows. */
  int size() {
    return pieces.length;
  }

  /** The text of the tokens, special ones left out. */
  String text(int[] tokens) {
    PieceText text = new PieceText();
    for (int token : tokens) {
      if (token < pieces.length && !isSpecial(token) && pieces[token] != null) {
        text.append(pieces[token]);
      }
    }
    return text.toString();
  }
}
