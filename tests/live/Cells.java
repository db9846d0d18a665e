import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.Base64;
import java.util.HexFormat;

/**
 * Cells PORT: for each statement on standard input (one line of base64) its rows as the Hive JDBC driver gives them.
 * A row is a line of cells, each a letter for its Java kind and base64 of its text; an empty line ends the result.
 */
public class Cells {
    static String cell(Object value) {
        if (value == null)
            return "0";
        String kind = "s";
        String text = value.toString();
        if (value instanceof Boolean)
            kind = "b";
        else if (value instanceof Byte || value instanceof Short || value instanceof Integer || value instanceof Long)
            kind = "i";
        else if (value instanceof Float || value instanceof Double)
            kind = "f";
        else if (value instanceof java.math.BigDecimal decimal) {
            kind = "d";
            text = decimal.toPlainString();
        } else if (value instanceof java.sql.Date)
            kind = "D";
        else if (value instanceof java.sql.Timestamp)
            kind = "T";
        else if (value instanceof byte[] bytes) {
            kind = "x";
            text = HexFormat.of().formatHex(bytes);
        }
        return kind + Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    static void print(ResultSet result) throws Exception {
        int columns = result.getMetaData().getColumnCount();
        while (result.next()) {
            StringBuilder line = new StringBuilder();
            for (int i = 1; i <= columns; i++)
                line.append(i > 1 ? " " : "").append(cell(result.getObject(i)));
            System.out.println(line);
        }
    }

    public static void main(String[] args) throws Exception {
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        String url = "jdbc:hive2://127.0.0.1:" + args[0] + "/;auth=noSasl";
        try (Connection connection = DriverManager.getConnection(url, "me", "x");
                Statement statement = connection.createStatement()) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                String sql = new String(Base64.getDecoder().decode(line), StandardCharsets.UTF_8);
                if (statement.execute(sql))
                    print(statement.getResultSet());
                System.out.println();
                System.out.flush();
            }
        }
        System.exit(0);
    }
}
