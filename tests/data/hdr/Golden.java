// Golden histograms by the Java implementation (org.hdrhistogram:HdrHistogram:2.2.2 from Maven Central):
//
//     java -cp HdrHistogram-2.2.2.jar tests/data/hdr/Golden.java > tests/data/hdr/java.txt
//     java -cp HdrHistogram-2.2.2.jar tests/data/hdr/Golden.java FILE.hlog     # reads a log of ours
//
// One line each: name, total, mean, deviation, encoding, then quantile=value.
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import org.HdrHistogram.EncodableHistogram;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogReader;

class Golden {
    static final double[] AT = {0.1, 7, 25, 50, 90, 91, 95, 99, 99.9, 99.99, 100};

    static void show(String name, Histogram h) {
        ByteBuffer bytes = ByteBuffer.allocate(h.getNeededByteBufferCapacity());
        int len = h.encodeIntoCompressedByteBuffer(bytes, 6);
        StringBuilder line = new StringBuilder();
        line.append(String.format(Locale.ROOT, "%s %d %.6f %.6f %s", name, h.getTotalCount(), h.getMean(),
                h.getStdDeviation(), Base64.getEncoder().encodeToString(Arrays.copyOf(bytes.array(), len))));
        for (double p : AT)
            line.append(String.format(Locale.ROOT, " %s=%d", p, h.getValueAtPercentile(p)));
        System.out.println(line);
    }

    public static void main(String[] args) throws Exception {
        if (args.length == 1) {
            HistogramLogReader reader = new HistogramLogReader(args[0]);
            for (EncodableHistogram h = reader.nextIntervalHistogram(); h != null; h = reader.nextIntervalHistogram())
                show((h.getTag() == null ? "-" : h.getTag()) + " " + h.getStartTimeStamp(), (Histogram) h);
            return;
        }
        Histogram ten = new Histogram(1, 3600000000L, 3);
        for (int i = 1; i <= 10; i++)
            ten.recordValue(1000L * i);
        show("ten", ten);
        Histogram many = new Histogram(1, 3600000000L, 3);
        for (int i = 1; i <= 100000; i++)
            many.recordValue(i);
        show("many", many);
        Histogram days = new Histogram(1, 86400000000000L, 3);
        long x = 1;
        for (int i = 0; i < 20000; i++) {
            x = (x * 6364136223846793005L + 1442695040888963407L);
            days.recordValue((x >>> 20) % (1L << (4 + i % 42)));
        }
        show("days", days);
    }
}
