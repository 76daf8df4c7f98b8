// In the manner of Java and C# programs: everything OAuth in the Authorization header, with a realm or a blank
// parameter, escapes in small letters, real PUT and DELETE with a form that is signed, Expect: 100-continue.
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

public final class SignedHeader {
    private final String base;
    private final String key;
    private final String secret;
    private String token = "";
    private String tokenSecret = "";
    private int calls;

    private SignedHeader(String base, String key, String secret) {
        this.base = base;
        this.key = key;
        this.secret = secret;
    }

    private static String escape(String text) throws Exception {
        return URLEncoder.encode(text, StandardCharsets.UTF_8)
            .replace("+", "%20").replace("*", "%2A").replace("%7E", "~");
    }

    private static String small(String escaped) {
        Matcher found = Pattern.compile("%..").matcher(escaped);
        return found.replaceAll(one -> one.group().toLowerCase());
    }

    private static String form(Map<String, String> given) throws Exception {
        List<String> pairs = new ArrayList<>();
        for (Map.Entry<String, String> one : given.entrySet()) {
            pairs.add(escape(one.getKey()) + "=" + escape(one.getValue()));
        }
        return String.join("&", pairs);
    }

    private String header(String verb, String url, Map<String, String> given, Map<String, String> more)
        throws Exception {
        Map<String, String> own = new TreeMap<>(more);
        own.put("oauth_consumer_key", key);
        own.put("oauth_nonce", Long.toString(System.nanoTime()));
        own.put("oauth_signature_method", "HMAC-SHA1");
        own.put("oauth_timestamp", Long.toString(System.currentTimeMillis() / 1000));
        own.put("oauth_version", "1.0");
        // Some sent the token even where there was none yet.
        own.put("oauth_token", token);
        List<String> pairs = new ArrayList<>();
        for (Map<String, String> part : List.of(own, given)) {
            for (Map.Entry<String, String> one : part.entrySet()) {
                pairs.add(escape(one.getKey()) + "=" + escape(one.getValue()));
            }
        }
        pairs.sort(null);
        String text = verb + "&" + escape(url) + "&" + escape(String.join("&", pairs));
        Mac mac = Mac.getInstance("HmacSHA1");
        String secrets = escape(secret) + "&" + escape(tokenSecret);
        mac.init(new SecretKeySpec(secrets.getBytes(StandardCharsets.UTF_8), "HmacSHA1"));
        byte[] made = mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        own.put("oauth_signature", Base64.getEncoder().encodeToString(made));
        StringBuilder header = new StringBuilder(calls++ % 2 == 0 ? "OAuth realm=\"\"" : "OAuth ");
        for (Map.Entry<String, String> one : own.entrySet()) {
            header.append(calls % 3 == 0 ? ", " : ",").append(one.getKey());
            header.append("=\"").append(small(escape(one.getValue()))).append('"');
        }
        return header.toString();
    }

    private String send(String verb, String address, String header, String body, int wanted) throws Exception {
        HttpURLConnection connection = (HttpURLConnection) URI.create(address).toURL().openConnection();
        connection.setInstanceFollowRedirects(true);
        connection.setRequestMethod(verb);
        connection.setRequestProperty("Accept-Encoding", "identity");
        if (header != null) {
            connection.setRequestProperty("Authorization", header);
        }
        if (body != null) {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            connection.setRequestProperty("Content-Type", "application/x-www-form-urlencoded");
            // Java loses an answer that comes together with "100 Continue", as where no body is waited for.
            if (bytes.length > 0) {
                connection.setRequestProperty("Expect", "100-continue");
            }
            connection.setDoOutput(true);
            connection.setFixedLengthStreamingMode(bytes.length);
            try (OutputStream out = connection.getOutputStream()) {
                out.write(bytes);
            }
        }
        int status = connection.getResponseCode();
        InputStream in = status < 400 ? connection.getInputStream() : connection.getErrorStream();
        String told = in == null ? "" : new String(in.readAllBytes(), StandardCharsets.UTF_8);
        expect(verb + " " + address + ": " + status + " " + told, status == wanted);
        return told;
    }

    private String get(String url, String... given) throws Exception {
        Map<String, String> named = named(given);
        String query = named.isEmpty() ? "" : "?" + small(form(named));
        return send("GET", url + query, header("GET", url, named, Map.of()), null, 200);
    }

    private String write(String verb, String url, int wanted, String... given) throws Exception {
        Map<String, String> named = named(given);
        return send(verb, url, header(verb, url, named, Map.of()), form(named), wanted);
    }

    private static Map<String, String> named(String... given) {
        Map<String, String> named = new LinkedHashMap<>();
        for (int place = 0; place < given.length; place += 2) {
            named.put(given[place], given[place + 1]);
        }
        return named;
    }

    private static void expect(String what, boolean isSo) {
        if (!isSo) {
            throw new IllegalStateException("not so: " + what);
        }
    }

    private static String find(String pattern, String text) {
        Matcher found = Pattern.compile(pattern, Pattern.DOTALL).matcher(text);
        expect(pattern + " in " + text, found.find());
        return found.group(1).replace("&amp;", "&");
    }

    private void keep(Map<String, String> given) {
        token = given.get("oauth_token");
        tokenSecret = given.get("oauth_token_secret");
    }

    private static Map<String, String> fields(String answer) {
        Map<String, String> fields = new LinkedHashMap<>();
        for (String pair : answer.split("&")) {
            String[] parts = pair.split("=", 2);
            fields.put(parts[0], URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
        }
        return fields;
    }

    private String signIn(String login, String password) throws Exception {
        String url = base + "/oauth/request_token";
        String header = header("POST", url, Map.of(), Map.of("oauth_callback", "oob"));
        Map<String, String> asked = fields(send("POST", url, header, "", 200));
        expect("the callback is confirmed", "true".equals(asked.get("oauth_callback_confirmed")));
        keep(asked);
        String page = send("POST", asked.get("login_url"), null,
            form(named("login", login, "password", password, "accept_tos", "checked")), 200);
        expect("it succeeds", page.contains("successfully"));
        url = base + "/oauth/access_token";
        Map<String, String> more = Map.of("oauth_verifier", find("\\b(\\d{8})\\b", page));
        Map<String, String> given = fields(send("GET", url, header("GET", url, Map.of(), more), null, 200));
        keep(given);
        return base + "/users/" + given.get("user_id");
    }

    private void live(String login, String password) throws Exception {
        String user = signIn(login, password);
        expect("it is the same", find("href=\"([^\"]+)\"", get(base + "/users/current")).equals(user));
        String found = get(base + "/catalog/titles/", "term", "the godfather: part ii", "max_results", "2");
        String film = find("<catalog_title>\\s*<id>([^<]+)</id>", found);
        String detail = get(film, "expand", "discs, cast,synopsis,languages and audio,awards");
        find("<(synopsis)><!\\[CDATA\\[", detail);
        get(film + "/similars", "max_results", "3");
        String person = find("<id>([^<]+)</id>", get(film + "/cast"));
        find("<(filmography_item)>", get(person + "/filmography"));
        queue(user, film);
        rate(user, film);
        find("<(recommendation)>", get(user + "/recommendations", "start_index", "0", "max_results", "2"));
        String feed = find("href=\"([^\"]+)\" rel=\"http://schemas.netflix.com/feed.queues.disc\"", get(user + "/feeds"));
        find("<(feed) xmlns=", send("GET", feed, null, null, 200));
    }

    private void queue(String user, String film) throws Exception {
        String url = user + "/queues/disc";
        String tag = find("<etag>(\\d+)</etag>", get(url));
        String added = write("POST", url, 201, "title_ref", film, "etag", tag, "position", "");
        expect("a disc each", added.split("<queue_item>").length == 3);
        String second = find("<id>([^<]+/available/2/\\d+)</id>", get(url));
        tag = find("<etag>(\\d+)</etag>", added);
        String moved = write("POST", url, 201, "title_ref", second, "position", "1", "etag", tag);
        find("<message>(Move successful)</message>", moved);
        String first = find("<id>([^<]+/available/1/\\d+)</id>", get(url));
        expect("it is the first", first.endsWith(second.substring(second.lastIndexOf('/'))));
        // A form that comes with DELETE is signed like any other.
        write("DELETE", first, 200, "etag", find("<etag>(\\d+)</etag>", moved));
        write("DELETE", first, 404, "etag", "");
    }

    private void rate(String user, String film) throws Exception {
        String actual = user + "/ratings/title/actual";
        write("POST", actual, 201, "title_ref", film, "rating", "2");
        String rated = get(user + "/ratings/title", "title_refs", film);
        String id = find("<id>([^<]+/ratings/title/\\d+)</id>", rated);
        write("PUT", id.replace("/title/", "/title/actual/"), 200, "rating", "not_interested");
        find("<user_rating value=\"(not_interested)\"></user_rating>", get(actual, "title_refs", film));
        expect("too late", write("POST", actual, 422, "title_ref", film, "rating", "1").contains("422"));
    }

    public static void main(String[] told) throws Exception {
        try {
            new SignedHeader(told[0], told[1], told[2]).live(told[3], told[4]);
            System.out.println("done");
        } catch (IllegalStateException error) {
            System.err.println(error.getMessage());
            System.exit(1);
        }
    }
}
