package dev.watchword.schemas.wire;

import org.apache.avro.generic.GenericEnumSymbol;
import org.apache.avro.generic.GenericFixed;
import org.apache.avro.specific.SpecificRecord;
import org.apache.avro.util.ClassSecurityValidator;

/**
 * Lets Avro load generated classes by the name in a schema. Since 1.12.2 Avro refuses every class
 * that the process did not name as trusted, generated ones included; what they can do is hold data,
 * so their types are trusted here, in addition to whatever the process trusts already.
 *
 * <p>The serializer and the deserializer of this package see to it themselves. A process that reads
 * or writes generated classes by other means, Confluent's serializers for one, calls {@link
 * #trust()} before.
 */
public final class GeneratedRecords {
  static {
    ClassSecurityValidator.setGlobal(
        ClassSecurityValidator.composite(
            ClassSecurityValidator.getGlobal(), GeneratedRecords::holdsDataOnly));
  }

  private GeneratedRecords() {}

  /** Takes effect once for the whole process; calling it again changes nothing. */
  public static void trust() {
    // Loading this class did it.
  }

  private static boolean holdsDataOnly(Class<?> type) {
    return SpecificRecord.class.isAssignableFrom(type)
        || GenericFixed.class.isAssignableFrom(type)
        || (type.isEnum() && GenericEnumSymbol.class.isAssignableFrom(type));
  }
}
