#include "hs2/schema.h"

#include <stdlib.h>
#include <string.h>

static void read_name(struct dyno_wire_reader *reader, struct dyno_hs2_column_desc *column)
{
    struct dyno_wire_span span = dyno_wire_get_bytes(reader);
    if (reader->status != DYNO_OK)
        return;
    char *name = malloc(span.len + 1);
    if (name == NULL) {
        dyno_wire_fail(reader, DYNO_ENOMEM, "out of memory");
        return;
    }
    memcpy(name, reader->bytes + span.at, span.len);
    name[span.len] = '\0';
    free(column->name);
    column->name = name;
}

/* TTypeQualifierValue: union {1: i32, 2: string}. */
static int32_t read_qualifier_value(struct dyno_wire_reader *reader)
{
    struct dyno_wire_field field;
    int32_t value = 0;
    while (dyno_wire_next_field(reader, &field)) {
        if (field.id == 1 && field.type == DYNO_WIRE_I32)
            value = dyno_wire_get_i32(reader);
        else
            dyno_wire_skip(reader, field.type);
    }
    return value;
}

static void read_qualifier_map(struct dyno_wire_reader *reader, struct dyno_hs2_column_desc *column)
{
    struct dyno_wire_map map = dyno_wire_get_map(reader);
    if (map.count > 0 && (map.key != DYNO_WIRE_STRING || map.value != DYNO_WIRE_STRUCT)) {
        dyno_wire_fail(reader, DYNO_EPROTO, "a type's qualifiers are of the wrong type");
        return;
    }
    for (size_t i = 0; i < map.count && reader->status == DYNO_OK; i++) {
        struct dyno_wire_span key = dyno_wire_get_bytes(reader);
        bool is_scale = dyno_wire_span_is(reader, key, "scale");
        bool is_precision = dyno_wire_span_is(reader, key, "precision") ||
                            dyno_wire_span_is(reader, key, "characterMaximumLength");
        int32_t value = read_qualifier_value(reader);
        if (is_scale)
            column->scale = value;
        else if (is_precision)
            column->precision = value;
    }
}

static void read_qualifiers(struct dyno_wire_reader *reader, struct dyno_hs2_column_desc *column)
{
    struct dyno_wire_field field;
    while (dyno_wire_next_field(reader, &field)) {
        if (field.id == 1 && field.type == DYNO_WIRE_MAP)
            read_qualifier_map(reader, column);
        else
            dyno_wire_skip(reader, field.type);
    }
}

/* TPrimitiveTypeEntry. */
static void read_primitive(struct dyno_wire_reader *reader, struct dyno_hs2_column_desc *column)
{
    struct dyno_wire_field field;
    while (dyno_wire_next_field(reader, &field)) {
        if (field.id == 1 && field.type == DYNO_WIRE_I32)
            column->type = (enum dyno_hs2_type)dyno_wire_get_i32(reader);
        else if (field.id == 2 && field.type == DYNO_WIRE_STRUCT)
            read_qualifiers(reader, column);
        else
            dyno_wire_skip(reader, field.type);
    }
}

/* TTypeEntry: union; the nested kinds are told by the field alone, what is inside is not needed. */
static void read_type_entry(struct dyno_wire_reader *reader, struct dyno_hs2_column_desc *column)
{
    static const enum dyno_hs2_type nested[] = {[2] = DYNO_HS2_ARRAY,
                                                [3] = DYNO_HS2_MAP,
                                                [4] = DYNO_HS2_STRUCT,
                                                [5] = DYNO_HS2_UNION,
                                                [6] = DYNO_HS2_USER_DEFINED};
    struct dyno_wire_field field;
    while (dyno_wire_next_field(reader, &field)) {
        if (field.id == 1 && field.type == DYNO_WIRE_STRUCT) {
            read_primitive(reader, column);
            continue;
        }
        if (field.id >= 2 && field.id <= 6)
            column->type = nested[field.id];
        dyno_wire_skip(reader, field.type);
    }
}

/* Only the first entry describes the column itself; the others belong to nested types. */
static void read_type_entries(struct dyno_wire_reader *reader, struct dyno_hs2_column_desc *column)
{
    struct dyno_wire_list list = dyno_wire_get_list(reader);
    for (size_t i = 0; i < list.count && reader->status == DYNO_OK; i++) {
        if (i == 0 && list.element == DYNO_WIRE_STRUCT)
            read_type_entry(reader, column);
        else
            dyno_wire_skip(reader, list.element);
    }
}

/* TTypeDesc. */
static void read_type(struct dyno_wire_reader *reader, struct dyno_hs2_column_desc *column)
{
    struct dyno_wire_field field;
    while (dyno_wire_next_field(reader, &field)) {
        if (field.id == 1 && field.type == DYNO_WIRE_LIST)
            read_type_entries(reader, column);
        else
            dyno_wire_skip(reader, field.type);
    }
}

/* TColumnDesc. */
static void read_column(struct dyno_wire_reader *reader, struct dyno_hs2_column_desc *column)
{
    struct dyno_wire_field field;
    while (dyno_wire_next_field(reader, &field)) {
        if (field.id == 1 && field.type == DYNO_WIRE_STRING)
            read_name(reader, column);
        else if (field.id == 2 && field.type == DYNO_WIRE_STRUCT)
            read_type(reader, column);
        else
            dyno_wire_skip(reader, field.type);
    }
    if (reader->status == DYNO_OK && column->name == NULL)
        dyno_wire_fail(reader, DYNO_EPROTO, "a column has no name");
}

/* A new column at the end, or NULL with the failure in the reader. */
static struct dyno_hs2_column_desc *add_column(struct dyno_wire_reader *reader,
                                               struct dyno_hs2_schema *schema)
{
    if (schema->count == schema->capacity) {
        size_t capacity = schema->capacity < 8 ? 8 : schema->capacity * 2;
        struct dyno_hs2_column_desc *columns =
            realloc(schema->columns, capacity * sizeof *schema->columns);
        if (columns == NULL) {
            dyno_wire_fail(reader, DYNO_ENOMEM, "out of memory");
            return NULL;
        }
        schema->columns = columns;
        schema->capacity = capacity;
    }
    struct dyno_hs2_column_desc *column = &schema->columns[schema->count++];
    *column = (struct dyno_hs2_column_desc){.name = NULL, .type = DYNO_HS2_STRING};
    return column;
}

static void read_columns(struct dyno_wire_reader *reader, struct dyno_hs2_schema *schema)
{
    struct dyno_wire_list list = dyno_wire_get_list(reader);
    if (list.count > 0 && list.element != DYNO_WIRE_STRUCT) {
        dyno_wire_fail(reader, DYNO_EPROTO, "the column descriptions are not structures");
        return;
    }
    if (schema->count > 0 || list.count > DYNO_WIRE_MAX_COLUMNS) {
        dyno_wire_fail(reader, DYNO_EPROTO,
                       schema->count > 0 ? "the column descriptions come twice"
                                         : "there are more than 65535 columns");
        return;
    }
    for (size_t i = 0; i < list.count && reader->status == DYNO_OK; i++) {
        struct dyno_hs2_column_desc *column = add_column(reader, schema);
        if (column != NULL)
            read_column(reader, column);
    }
}

void dyno_hs2_schema_read(struct dyno_wire_reader *reader, struct dyno_hs2_schema *schema)
{
    struct dyno_wire_field field;
    while (dyno_wire_next_field(reader, &field)) {
        if (field.id == 1 && field.type == DYNO_WIRE_LIST)
            read_columns(reader, schema);
        else
            dyno_wire_skip(reader, field.type);
    }
}

void dyno_hs2_schema_deinit(struct dyno_hs2_schema *schema)
{
    for (size_t i = 0; i < schema->count; i++)
        free(schema->columns[i].name);
    free(schema->columns);
    *schema = (struct dyno_hs2_schema){.columns = NULL};
}
