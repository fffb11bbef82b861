package dev.watchword.storage;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Objects in a bucket of S3 or of any server that speaks its protocol. A put is one request, which
 * S3 makes whole or not at all. A name is put again without a condition ({@code If-None-Match}):
 * whoever writes a file anew after a crash may cut it elsewhere than before, and the later one is
 * the one that its commit counts.
 */
public final class S3ObjectStore implements ObjectStore {
  private static final Duration CONNECT = Duration.ofSeconds(5);

  /** One attempt; a segment of video at 10 Mbit/s takes some seconds. */
  private static final Duration ATTEMPT = Duration.ofSeconds(30);

  private static final Duration CALL = Duration.ofSeconds(60);

  /** The most that S3 gives. */
  private static final int PAGE = 1000;

  private final StorageConfig.Bucket bucket;
  private final int page;
  private final S3Client client;

  S3ObjectStore(StorageConfig.Bucket bucket) {
    this(bucket, PAGE);
  }

  /**
   * @param page how many names are asked for at once
   */
  S3ObjectStore(StorageConfig.Bucket bucket, int page) {
    this.bucket = bucket;
    this.page = page;
    S3ClientBuilder builder =
        S3Client.builder()
            .httpClientBuilder(
                UrlConnectionHttpClient.builder().connectionTimeout(CONNECT).socketTimeout(ATTEMPT))
            .overrideConfiguration(
                override -> override.apiCallAttemptTimeout(ATTEMPT).apiCallTimeout(CALL))
            // Checksums that only Amazon's own servers know, else.
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
            .region(Region.of(bucket.region()))
            .credentialsProvider(credentials(bucket));
    bucket.endpoint().ifPresent(url -> builder.endpointOverride(url).forcePathStyle(true));
    client = builder.build();
  }

  private static AwsCredentialsProvider credentials(StorageConfig.Bucket bucket) {
    return bucket
        .keys()
        .<AwsCredentialsProvider>map(
            keys ->
                StaticCredentialsProvider.create(
                    AwsBasicCredentials.create(keys.id().reveal(), keys.secret().reveal())))
        .orElseGet(() -> DefaultCredentialsProvider.builder().build());
  }

  @Override
  public void put(String name, byte[] bytes) throws IOException {
    put(name, RequestBody.fromBytes(bytes));
  }

  @Override
  public void put(String name, Path file) throws IOException {
    put(name, RequestBody.fromFile(file));
  }

  private void put(String name, RequestBody body) throws IOException {
    String key = key(name);
    ask(name, () -> client.putObject(request -> request.bucket(bucket.name()).key(key), body));
  }

  @Override
  public byte[] read(String name) throws IOException {
    String key = key(name);
    return ask(
        name,
        () ->
            client
                .getObjectAsBytes(request -> request.bucket(bucket.name()).key(key))
                .asByteArrayUnsafe());
  }

  @Override
  public boolean exists(String name) throws IOException {
    String key = key(name);
    try {
      ask(name, () -> client.headObject(request -> request.bucket(bucket.name()).key(key)));
      return true;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  @Override
  public List<StoredObject> list(String directory) throws IOException {
    String start = key(directory) + "/";
    int own = bucket.prefix().length();
    return ask(
        directory,
        () ->
            client
                .listObjectsV2Paginator(
                    request -> request.bucket(bucket.name()).prefix(start).maxKeys(page))
                .contents()
                .stream()
                // S3 sorts by the bytes of the name, as a sorted list of strings is here.
                .map(object -> new StoredObject(object.key().substring(own), object.size()))
                .toList());
  }

  @Override
  public void delete(String name) throws IOException {
    String key = key(name);
    ask(name, () -> client.deleteObject(request -> request.bucket(bucket.name()).key(key)));
  }

  @Override
  public String uri(String name) {
    return bucket.address(ObjectNames.checked(name));
  }

  private String key(String name) {
    return bucket.prefix() + ObjectNames.checked(name);
  }

  private <T> T ask(String name, Callable<T> question) throws IOException {
    try {
      return question.call();
    } catch (NoSuchKeyException e) {
      throw new NoSuchFileException(uri(name));
    } catch (S3Exception e) {
      throw refused(name, e);
    } catch (AbortedException e) {
      Thread.currentThread().interrupt();
      throw interrupted(e);
    } catch (SdkException e) {
      throw new IOException(this + " does not answer: " + e.getMessage(), e);
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException(e);
    }
  }

  private IOException refused(String name, S3Exception e) {
    String reason =
        switch (e.statusCode()) {
          case 403 ->
              "refuses access; check storage.access-key, storage.secret-key and what they may do";
          case 404 -> "has no bucket " + bucket.name() + "; make it, or correct storage.url";
          case 301, 307 -> "keeps the bucket in another region; set storage.region";
          default -> "answers " + e.statusCode() + ' ' + e.awsErrorDetails().errorMessage();
        };
    return e.statusCode() == 404 && "NoSuchKey".equals(e.awsErrorDetails().errorCode())
        ? new NoSuchFileException(uri(name))
        : new IOException(this + " " + reason, e);
  }

  private static InterruptedIOException interrupted(AbortedException cause) {
    InterruptedIOException interrupted = new InterruptedIOException("stopped");
    interrupted.initCause(cause);
    return interrupted;
  }

  @Override
  public void close() {
    client.close();
  }

  @Override
  public String toString() {
    return "s3://" + bucket.name() + bucket.endpoint().map(url -> " at " + url).orElse("");
  }
}
