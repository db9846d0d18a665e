/** Decode a columnar TRowSet into a block, without copying any value. */
#ifndef DYNO_HS2_ROWSET_H
#define DYNO_HS2_ROWSET_H

#include "hs2/block.h"
#include "hs2/wire.h"

/**
 * Read the structure. The columns hold offsets until dyno_hs2_rowset_resolve, since the bytes may
 * still move. Failures are in the reader.
 */
void dyno_hs2_rowset_read(struct dyno_wire_reader *reader, struct dyno_hs2_block *block);

/** Turn the offsets into pointers, once the message is complete and lies at `bytes`. */
void dyno_hs2_rowset_resolve(struct dyno_hs2_block *block, const uint8_t *bytes);

#endif
