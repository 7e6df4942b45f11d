import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;

/** Plays the zoo's calls with one of Java's own libraries: Calls.java LIBRARY SCRIPT BASE AUTH OUT. */
class Calls {
    static final HttpClient CLIENT = HttpClient.newHttpClient();

    public static void main(String[] args) throws Exception {
        var number = 0;
        for (var line : Files.readAllLines(Path.of(args[1]))) {
            var call = line.split("\t");
            var body = call[2].equals("-") ? null : Files.readAllBytes(Path.of(call[2]));
            var out = Path.of(args[4], Integer.toString(number++));
            var url = URI.create(args[2] + call[1]);
            System.out.println(args[0].equals("client") ? client(call[0], url, args[3], body, out) : connection(call[0], url, args[3], body, out));
        }
    }

    static int client(String method, URI url, String auth, byte[] body, Path out) throws Exception {
        var request = HttpRequest.newBuilder(url).header("Authorization", "Basic " + auth);
        if (body != null) {
            request.header("Content-Type", "application/json");
        }
        var publisher = body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofByteArray(body);
        var answer = CLIENT.send(request.method(method, publisher).build(), HttpResponse.BodyHandlers.ofByteArray());
        Files.write(out, answer.body());
        return answer.statusCode();
    }

    // It knows no PATCH: what asks for one with it sends a POST that says so, which is another call. So that one is left to the other library.
    static int connection(String method, URI url, String auth, byte[] body, Path out) throws Exception {
        if (method.equals("PATCH")) {
            return client(method, url, auth, body, out);
        }
        var connection = (HttpURLConnection) url.toURL().openConnection();
        connection.setRequestMethod(method);
        connection.setRequestProperty("Authorization", "Basic " + auth);
        if (body != null) {
            connection.setRequestProperty("Content-Type", "application/json");
            connection.setDoOutput(true);
            connection.getOutputStream().write(body);
        }
        var status = connection.getResponseCode();
        try (InputStream answer = status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
            Files.write(out, answer == null ? new byte[0] : answer.readAllBytes());
        }
        return status;
    }
}
