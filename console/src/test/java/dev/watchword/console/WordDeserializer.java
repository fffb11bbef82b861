package dev.watchword.console;

import dev.watchword.schemas.CameraCause;
import dev.watchword.schemas.CameraState;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;

/** Makes records of words such as {@code frame gate 3}. Kafka makes it by its name. */
public final class WordDeserializer implements Deserializer<Object> {
  @Override
  public Object deserialize(String topic, byte[] data) {
    if (data == null) {
      return null;
    }
    String[] words = new String(data, StandardCharsets.UTF_8).split(" ", -1);
    if (words[0].equals("frame")) {
      return Records.frame(words[1], Long.parseLong(words[2]));
    }
    if (words[0].equals("answer")) {
      return Records.answer(
          Records.id(words[1], Long.parseLong(words[2])), Records.detection("person", 0, 0, 1, 1));
    }
    if (words[0].equals("status")) {
      return Records.status(words[1], CameraState.valueOf(words[2]), CameraCause.NONE, "");
    }
    throw new SerializationException("not a record");
  }
}
