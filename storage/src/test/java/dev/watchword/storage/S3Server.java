package dev.watchword.storage;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;
import software.amazon.awssdk.services.s3.model.CreateBucketRequest;

/** An S3 server on a free port of this machine; a bucket is a directory. */
final class S3Server implements AutoCloseable {
  static final String KEY = "local-key";
  static final String SECRET = "local-secret";

  private final S3Proxy server;
  private final String url;

  S3Server(Path directory, String bucket) throws Exception {
    Files.createDirectories(directory);
    FilesystemNio2BlobStore buckets = new FilesystemNio2BlobStore(directory.toString());
    server =
        S3Proxy.builder()
            .blobStore(buckets)
            .endpoint(URI.create("http://127.0.0.1:0"))
            .awsAuthentication(AuthenticationType.AWS_V4, KEY, SECRET)
            .build();
    server.start();
    url = "http://127.0.0.1:" + server.getPort();
    buckets.createContainer(CreateBucketRequest.builder().bucket(bucket).build());
  }

  String url() {
    return url;
  }

  @Override
  public void close() throws Exception {
    server.stop();
  }
}
