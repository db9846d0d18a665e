"""embed.py FILE SYMBOL OUT: write FILE's bytes as a C array that ends in NUL."""
import sys

source, symbol, out = sys.argv[1:4]
with open(source, "rb") as f:
    data = f.read()
lines = [", ".join(str(b) for b in data[i:i + 24]) for i in range(0, len(data), 24)]
with open(out, "w", encoding="ascii") as f:
    f.write("#include <stddef.h>\n")
    f.write(f"extern const unsigned char {symbol}[];\nextern const size_t {symbol}_len;\n")
    f.write(f"const unsigned char {symbol}[] = {{\n" + ",\n".join(lines))
    f.write((",\n" if data else "") + "0};\n")
    f.write(f"const size_t {symbol}_len = {len(data)};\n")
