// spark-shell -i pack.scala, with SAMPLE naming a plain log: packs it by Spark's own codecs, flushed as Spark
// flushes its event log (after every tenth line), so that zstd writes many frames.
import java.io._
val plain = new File(sys.env("SAMPLE"))
for (codec <- Seq("ZStd", "LZ4", "Snappy")) {
  val made = Class.forName(s"org.apache.spark.io.${codec}CompressionCodec")
    .getConstructor(classOf[org.apache.spark.SparkConf]).newInstance(sc.getConf)
  val file = new FileOutputStream(plain.getPath.stripSuffix(".json") + "." + codec.toLowerCase)
  val out = made.getClass.getMethod("compressedContinuousOutputStream", classOf[OutputStream])
    .invoke(made, new BufferedOutputStream(file)).asInstanceOf[OutputStream]
  for ((line, at) <- scala.io.Source.fromFile(plain, "UTF-8").getLines().zipWithIndex) {
    out.write((line + "\n").getBytes("UTF-8"))
    if (at % 10 == 9) out.flush()
  }
  out.close()
}
System.exit(0)
