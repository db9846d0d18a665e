import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/** Jdbc PORT trivial SESSIONS SECONDS | latency SESSIONS SECONDS THINK_MS | rows SQL: the Hive JDBC driver as a peer of the ODBC target. */
public class Jdbc {
    static double cpuSeconds() {
        var system = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return system.getProcessCpuTime() / 1e9;
    }

    static Connection connect(String port) throws Exception {
        return DriverManager.getConnection("jdbc:hive2://127.0.0.1:" + port + "/;auth=noSasl", "me", "x");
    }

    static void trivial(String port, int sessions, double seconds) throws Exception {
        AtomicLong count = new AtomicLong();
        Connection[] connections = new Connection[sessions];
        Thread[] threads = new Thread[sessions];
        for (int i = 0; i < sessions; i++)
            connections[i] = connect(port);
        long begin = System.nanoTime();
        double cpu = cpuSeconds();
        for (int i = 0; i < sessions; i++) {
            Connection connection = connections[i];
            threads[i] = new Thread(() -> {
                try (Statement statement = connection.createStatement()) {
                    while (System.nanoTime() - begin < seconds * 1e9) {
                        try (ResultSet result = statement.executeQuery("SELECT 1")) {
                            while (result.next())
                                result.getInt(1);
                        }
                        count.incrementAndGet();
                    }
                } catch (Exception e) {
                    throw new RuntimeException(e);
                }
            });
            threads[i].start();
        }
        for (Thread thread : threads)
            thread.join();
        System.out.printf("{\"statements\": %d, \"seconds\": %.3f, \"cpu_s\": %.3f}%n", count.get(),
                (System.nanoTime() - begin) / 1e9, cpuSeconds() - cpu);
    }

    /** As closed-loop tools do it: each session sends, waits for the answer, thinks, sends; from send to last row. */
    static void latency(String port, int sessions, double seconds, long thinkMs) throws Exception {
        ConcurrentLinkedQueue<Long> all = new ConcurrentLinkedQueue<>();
        Connection[] connections = new Connection[sessions];
        Thread[] threads = new Thread[sessions];
        for (int i = 0; i < sessions; i++)
            connections[i] = connect(port);
        long begin = System.nanoTime();
        for (int i = 0; i < sessions; i++) {
            Connection connection = connections[i];
            threads[i] = new Thread(() -> {
                try (Statement statement = connection.createStatement()) {
                    while (System.nanoTime() - begin < seconds * 1e9) {
                        long sent = System.nanoTime();
                        try (ResultSet result = statement.executeQuery("SELECT 1")) {
                            while (result.next())
                                result.getInt(1);
                        }
                        all.add(System.nanoTime() - sent);
                        Thread.sleep(thinkMs);
                    }
                } catch (Exception e) {
                    throw new RuntimeException(e);
                }
            });
            threads[i].start();
        }
        for (Thread thread : threads)
            thread.join();
        System.out.println(all);
    }

    static long peakRssMb() throws Exception {
        for (String line : Files.readAllLines(Path.of("/proc/self/status")))
            if (line.startsWith("VmHWM"))
                return Long.parseLong(line.replaceAll("\\D", "")) / 1024;
        return 0;
    }

    static void rows(String port, String sql) throws Exception {
        long count = 0;
        long begin = System.nanoTime();
        double cpu = cpuSeconds();
        try (Connection connection = connect(port); Statement statement = connection.createStatement()) {
            statement.setFetchSize(10000);
            try (ResultSet result = statement.executeQuery(sql)) {
                int columns = result.getMetaData().getColumnCount();
                for (; result.next(); count++)
                    for (int i = 1; i <= columns; i++)
                        result.getObject(i);
            }
        }
        System.out.printf("{\"rows\": %d, \"seconds\": %.3f, \"cpu_s\": %.3f, \"rss_mb\": %d}%n", count,
                (System.nanoTime() - begin) / 1e9, cpuSeconds() - cpu, peakRssMb());
    }

    public static void main(String[] args) throws Exception {
        if (args[1].equals("trivial"))
            trivial(args[0], Integer.parseInt(args[2]), Double.parseDouble(args[3]));
        else if (args[1].equals("latency"))
            latency(args[0], Integer.parseInt(args[2]), Double.parseDouble(args[3]), Long.parseLong(args[4]));
        else
            rows(args[0], args[2]);
        System.exit(0);
    }
}
