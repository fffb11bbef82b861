package dev.watchword.app.cliptest;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/** Results in the XML that build servers read: a test suite, a test case for each result. */
public final class JUnitReport {
  private JUnitReport() {}

  /** Writes the file, and the directories that lead to it. */
  public static void write(Path file, String suite, List<Result> results, Duration took)
      throws IOException {
    Path directory = file.toAbsolutePath().getParent();
    Files.createDirectories(directory);
    try (OutputStream out = Files.newOutputStream(file)) {
      XMLStreamWriter xml = XMLOutputFactory.newInstance().createXMLStreamWriter(out, "UTF-8");
      xml.writeStartDocument("UTF-8", "1.0");
      xml.writeCharacters("\n");
      xml.writeStartElement("testsuite");
      xml.writeAttribute("name", suite);
      xml.writeAttribute("tests", Integer.toString(results.size()));
      xml.writeAttribute(
          "failures", Long.toString(results.stream().filter(result -> !result.ok()).count()));
      xml.writeAttribute("errors", "0");
      xml.writeAttribute("time", String.format(Locale.ROOT, "%.3f", took.toMillis() / 1000.0));
      for (Result result : results) {
        write(xml, result);
      }
      xml.writeCharacters("\n");
      xml.writeEndElement();
      xml.writeEndDocument();
      xml.close();
    } catch (XMLStreamException e) {
      throw new IOException(file + " cannot be written: " + e.getMessage(), e);
    }
  }

  private static void write(XMLStreamWriter xml, Result result) throws XMLStreamException {
    xml.writeCharacters("\n  ");
    xml.writeStartElement("testcase");
    xml.writeAttribute("classname", result.clip());
    xml.writeAttribute("name", result.prompt() + ": " + result.expectation());
    if (!result.ok()) {
      xml.writeStartElement("failure");
      xml.writeAttribute("message", result.verdict().sentence());
      xml.writeEndElement();
    }
    xml.writeEndElement();
  }
}
