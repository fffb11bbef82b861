package dev.watchword.app;

import dev.watchword.inference.RemoteModel;
import dev.watchword.ingest.CameraConfig;
import dev.watchword.ingest.CameraProbe;
import dev.watchword.paligemma.CheckpointException;
import dev.watchword.paligemma.EmbeddedCheckpoint;
import dev.watchword.paligemma.Task;
import dev.watchword.paligemma.engine.EngineModel;
import dev.watchword.paligemma.remote.RemoteProbe;
import dev.watchword.service.config.Secret;
import dev.watchword.storage.ObjectStore;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.KafkaException;

/** What {@code watchword check} asks, one question for each thing that the configuration names. */
final class Findings {
  private static final Duration LIMIT = Duration.ofSeconds(5);

  private final WatchwordConfig config;

  Findings(WatchwordConfig config) {
    this.config = config;
  }

  /**
   * One answer: what was asked about, whether it is well, and one sentence with the way out where
   * it is not.
   */
  record Finding(String subject, boolean ok, String sentence) {
    static Finding ok(String subject, String sentence) {
      return new Finding(subject, true, sentence);
    }

    static Finding bad(String subject, String sentence) {
      return new Finding(subject, false, sentence);
    }
  }

  List<Callable<Finding>> questions() {
    List<Callable<Finding>> questions = new ArrayList<>();
    for (CameraConfig camera : config.ingest().cameras()) {
      questions.add(() -> camera(camera));
    }
    questions.add(this::kafka);
    questions.add(this::registry);
    questions.add(this::storage);
    questions.add(this::model);
    return questions;
  }

  static Finding camera(CameraConfig camera) {
    CameraProbe.Probe probe = CameraProbe.probe(camera);
    String subject = "camera " + camera.id();
    return probe.ok()
        ? Finding.ok(subject, probe.width() + "x" + probe.height() + " " + probe.codec())
        : Finding.bad(subject, probe.sentence());
  }

  private Finding kafka() throws InterruptedException {
    if (!config.kafka().isExternal()) {
      return Finding.ok("kafka", "embedded, data in " + config.data().resolve("kafka"));
    }
    String servers = config.kafka().bootstrapServers();
    Map<String, Object> properties = new HashMap<>(config.kafka().admin("check"));
    properties.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) LIMIT.toMillis());
    properties.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) LIMIT.toMillis());
    try (Admin admin = Admin.create(properties)) {
      int brokers =
          admin.describeCluster().nodes().get(LIMIT.toSeconds() + 1, TimeUnit.SECONDS).size();
      return Finding.ok(
          "kafka", servers + ", " + brokers + (brokers == 1 ? " broker" : " brokers"));
    } catch (ExecutionException | TimeoutException e) {
      return Finding.bad(
          "kafka",
          servers
              + " does not answer within "
              + LIMIT.toSeconds()
              + " s; check kafka.bootstrap.servers and that the broker runs");
    } catch (KafkaException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      return Finding.bad("kafka", "the client cannot start: " + cause.getMessage());
    }
  }

  private Finding registry() throws InterruptedException {
    if (!config.kafka().isExternal()) {
      return Finding.ok("registry", "embedded");
    }
    String url = config.kafka().registryUrl();
    if (url.isEmpty()) {
      return Finding.bad(
          "registry",
          "registry.url is missing; an external Kafka needs the URL of its schema registry");
    }
    try (HttpClient http = HttpClient.newBuilder().connectTimeout(LIMIT).build()) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(url.replaceAll("/$", "") + "/subjects"))
              .timeout(LIMIT)
              .build();
      int status = http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
      return switch (status) {
        case 200 -> Finding.ok("registry", url);
        case 401, 403 ->
            Finding.bad(
                "registry",
                url + " refuses the credentials; set registry.user-info to user:password");
        default ->
            Finding.bad(
                "registry",
                url
                    + " answers with status "
                    + status
                    + "; is it a Confluent-compatible schema registry?");
      };
    } catch (IOException | IllegalArgumentException e) {
      return Finding.bad(
          "registry", url + " does not answer; check registry.url and that the registry runs");
    }
  }

  private Finding storage() {
    String probe = "check/" + ProcessHandle.current().pid();
    try (ObjectStore store = config.archive().storage().open()) {
      store.put(probe, "watchword check".getBytes(StandardCharsets.UTF_8));
      store.delete(probe);
      return Finding.ok("storage", store.toString());
    } catch (IOException e) {
      return Finding.bad("storage", "cannot be written: " + e.getMessage());
    }
  }

  private Finding model() throws IOException, InterruptedException {
    if (config.inference().remote().isPresent()) {
      RemoteModel remote = config.inference().remote().get();
      RemoteProbe probe = RemoteProbe.probe(remote.settings(), remote.apiKey().map(Secret::reveal));
      return new Finding("model", probe.ok(), probe.sentence());
    }
    Path directory =
        config.inference().modelPath().isPresent()
            ? config.inference().modelPath().get()
            : EmbeddedCheckpoint.extractTo(Caches.checkpoint());
    try (EngineModel model = config.inference().load(directory)) {
      String name =
          config
              .inference()
              .modelPath()
              .map(Path::toString)
              .orElse("embedded checkpoint (drawn scenes only)");
      String pixels = model.properties().get(EngineModel.IMAGE_SIZE) + " px";
      return Finding.ok("model", name + ", " + pixels + ", " + model.id().engine() + masks(model));
    } catch (CheckpointException e) {
      return Finding.bad("model", e.getMessage());
    }
  }

  private String masks(EngineModel model) {
    boolean wanted =
        config.inference().prompts().stream()
            .anyMatch(prompt -> prompt.asked().task() == Task.SEGMENT);
    return wanted && !Boolean.parseBoolean(model.properties().get(EngineModel.DRAWS_MASKS))
        ? ", no masks: put vae-oid.npz into model.path or name it in model.mask-weights"
        : "";
  }
}
