import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import java.util.TreeSet;

/** Reads files as java.util.Properties does and trims values as Spark does; see test_properties.c. */
public class Reference {
    public static void main(String[] args) throws Exception {
        String all = Files.readString(Path.of(args[0]), StandardCharsets.UTF_8);
        StringBuilder out = new StringBuilder();
        for (String file : all.substring(0, all.length() - 1).split("\u001e", -1)) {
            out.append(describe(file)).append('\n');
        }
        System.out.print(out);
    }

    private static String describe(String file) throws Exception {
        Properties properties = new Properties();
        try {
            properties.load(new StringReader(file));
        } catch (IllegalArgumentException broken) {
            return "refused";
        }
        TreeSet<String> parts = new TreeSet<>();
        for (String key : properties.stringPropertyNames()) {
            parts.add(hex(key) + "=" + hex(trim(properties.getProperty(key))));
        }
        return String.join(" ", parts);
    }

    /** org.apache.spark.util.Utils.trimExceptCRLF. */
    private static String trim(String text) {
        int start = 0;
        int end = text.length();
        while (start < end && isTrimmed(text.charAt(start))) {
            start++;
        }
        while (start < end && isTrimmed(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(start, end);
    }

    private static boolean isTrimmed(char c) {
        return c <= ' ' && c != '\r' && c != '\n';
    }

    private static String hex(String text) {
        StringBuilder out = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            out.append(String.format("%02x", b));
        }
        return out.toString();
    }
}
