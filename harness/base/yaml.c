#include "base/yaml.h"

#include "base/alloc.h"
#include "base/file.h"
#include "base/suggest.h"
#include "base/vec.h"

#include <yaml.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reader {
    yaml_parser_t parser;
    const char *path;
    struct dyno_err *err;
};

static enum dyno_status fail_at(struct reader *r, yaml_mark_t mark, const char *text)
{
    return dyno_err_set(r->err, DYNO_EINPUT, "%s:%zu:%zu: %s", r->path, mark.line + 1,
                        mark.column + 1, text);
}

static enum dyno_status next_event(struct reader *r, yaml_event_t *event)
{
    if (yaml_parser_parse(&r->parser, event))
        return DYNO_OK;
    yaml_mark_t mark = r->parser.problem_mark;
    if (r->parser.error == YAML_READER_ERROR)
        return dyno_err_set(r->err, DYNO_EINPUT, "%s:1:1: not UTF-8 text (byte %zu): %s", r->path,
                            r->parser.problem_offset, r->parser.problem);
    return dyno_err_set(r->err, DYNO_EINPUT, "%s:%zu:%zu: not valid YAML: %s", r->path,
                        mark.line + 1, mark.column + 1,
                        r->parser.problem ? r->parser.problem : "cannot be read");
}

static enum dyno_status refuse_extras(struct reader *r, const yaml_event_t *event)
{
    const yaml_char_t *anchor = NULL;
    const yaml_char_t *tag = NULL;
    if (event->type == YAML_ALIAS_EVENT)
        return fail_at(r, event->start_mark,
                       "aliases ('*name') are not allowed: write the value out");
    if (event->type == YAML_SCALAR_EVENT) {
        anchor = event->data.scalar.anchor;
        tag = event->data.scalar.tag;
    } else if (event->type == YAML_SEQUENCE_START_EVENT) {
        anchor = event->data.sequence_start.anchor;
        tag = event->data.sequence_start.tag;
    } else if (event->type == YAML_MAPPING_START_EVENT) {
        anchor = event->data.mapping_start.anchor;
        tag = event->data.mapping_start.tag;
    }
    if (anchor != NULL)
        return fail_at(r, event->start_mark, "anchors ('&name') are not allowed");
    if (tag != NULL)
        return fail_at(r, event->start_mark, "tags ('!name') are not allowed");
    return DYNO_OK;
}

static struct dyno_yaml *new_node(enum dyno_yaml_kind kind, yaml_mark_t mark)
{
    struct dyno_yaml *node = dyno_xcalloc(1, sizeof *node);
    node->kind = kind;
    node->line = mark.line + 1;
    node->column = mark.column + 1;
    return node;
}

static enum dyno_status read_node(struct reader *r, yaml_event_t *event, size_t depth,
                                  struct dyno_yaml **out);

static enum dyno_status read_scalar(struct reader *r, const yaml_event_t *event, char **out)
{
    const char *value = (const char *)event->data.scalar.value;
    if (strlen(value) != event->data.scalar.length)
        return fail_at(r, event->start_mark, "a NUL character is not allowed in a value");
    *out = dyno_xstrdup(value);
    return DYNO_OK;
}

static enum dyno_status read_key(struct reader *r, const yaml_event_t *event,
                                 struct dyno_yaml_entry *entry)
{
    if (event->type != YAML_SCALAR_EVENT)
        return fail_at(r, event->start_mark, "a key must be plain text");
    enum dyno_status status = read_scalar(r, event, &entry->key);
    if (status != DYNO_OK || entry->key == NULL)
        return status;
    entry->key_line = event->start_mark.line + 1;
    entry->key_column = event->start_mark.column + 1;
    return DYNO_OK;
}

/* By key, equal ones in the order of the file: an array's elements stand in that order in memory. */
static int compare_keys(const void *a, const void *b)
{
    const struct dyno_yaml_entry *left = *(const struct dyno_yaml_entry *const *)a;
    const struct dyno_yaml_entry *right = *(const struct dyno_yaml_entry *const *)b;
    int order = strcmp(left->key, right->key);
    return order != 0 ? order : (left > right) - (left < right);
}

/* Sorted, because comparing each key with all others takes minutes for a mapping of 1 MiB. Of several
 * duplicates, the one that stands first in the file is complained about. */
static enum dyno_status check_duplicates(struct reader *r, const struct dyno_yaml *mapping)
{
    const struct dyno_yaml_entry **sorted = dyno_xcalloc(mapping->count, sizeof *sorted);
    const struct dyno_yaml_entry *first = NULL;
    const struct dyno_yaml_entry *twice = NULL;
    for (size_t i = 0; i < mapping->count; i++)
        sorted[i] = &mapping->entries[i];
    qsort(sorted, mapping->count, sizeof(void *), compare_keys);
    for (size_t i = 1; i < mapping->count; i++) {
        if (strcmp(sorted[i - 1]->key, sorted[i]->key) != 0 || (twice != NULL && sorted[i] > twice))
            continue;
        first = sorted[i - 1];
        twice = sorted[i];
    }
    free(sorted);
    if (twice == NULL)
        return DYNO_OK;
    return dyno_err_set(r->err, DYNO_EINPUT,
                        "%s:%zu:%zu: key '%s' stands twice (first in line %zu)", r->path,
                        twice->key_line, twice->key_column, twice->key, first->key_line);
}

static void free_entry(struct dyno_yaml_entry *entry)
{
    free(entry->key);
    dyno_yaml_free(entry->value);
}

/* One child: for a mapping `event` is its key, for a sequence its value. Consumes the event. */
static enum dyno_status read_child(struct reader *r, yaml_event_t *event, struct dyno_yaml *parent,
                                   size_t depth, struct dyno_vec *entries)
{
    struct dyno_yaml_entry entry = {0};
    enum dyno_status status = DYNO_OK;
    if (parent->kind == DYNO_YAML_MAPPING) {
        status = refuse_extras(r, event);
        if (status == DYNO_OK)
            status = read_key(r, event, &entry);
        yaml_event_delete(event);
        if (status == DYNO_OK)
            status = next_event(r, event);
        if (status != DYNO_OK) {
            free_entry(&entry);
            return status;
        }
    }
    status = read_node(r, event, depth, &entry.value);
    if (status == DYNO_OK)
        dyno_vec_push(entries, &entry);
    else
        free_entry(&entry);
    return status;
}

static enum dyno_status read_children(struct reader *r, struct dyno_yaml *parent, size_t depth)
{
    struct dyno_vec entries = DYNO_VEC_INIT(struct dyno_yaml_entry);
    enum dyno_status status = DYNO_OK;
    for (;;) {
        yaml_event_t event;
        status = next_event(r, &event);
        if (status != DYNO_OK)
            break;
        if (event.type == YAML_SEQUENCE_END_EVENT || event.type == YAML_MAPPING_END_EVENT) {
            yaml_event_delete(&event);
            break;
        }
        status = read_child(r, &event, parent, depth, &entries);
        if (status != DYNO_OK)
            break;
    }
    parent->entries = dyno_vec_take(&entries, &parent->count);
    if (status == DYNO_OK && parent->kind == DYNO_YAML_MAPPING)
        status = check_duplicates(r, parent);
    return status;
}

/* Consumes the event. */
static enum dyno_status read_node(struct reader *r, yaml_event_t *event, size_t depth,
                                  struct dyno_yaml **out)
{
    enum dyno_status status = refuse_extras(r, event);
    struct dyno_yaml *node = NULL;
    if (status == DYNO_OK && depth > DYNO_YAML_MAX_DEPTH)
        status = fail_at(r, event->start_mark, "nested too deeply (at most 32 levels)");
    if (status == DYNO_OK && event->type == YAML_SCALAR_EVENT) {
        node = new_node(DYNO_YAML_SCALAR, event->start_mark);
        node->is_quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
        status = read_scalar(r, event, &node->scalar);
    } else if (status == DYNO_OK) {
        bool is_list = event->type == YAML_SEQUENCE_START_EVENT;
        node = new_node(is_list ? DYNO_YAML_SEQUENCE : DYNO_YAML_MAPPING, event->start_mark);
        status = read_children(r, node, depth + 1);
    }
    yaml_event_delete(event);
    if (status == DYNO_OK)
        *out = node;
    else
        dyno_yaml_free(node);
    return status;
}

/* Stream start, document start, one node, document end, stream end. */
static enum dyno_status read_document(struct reader *r, struct dyno_yaml **out)
{
    yaml_event_t event;
    enum dyno_status status = next_event(r, &event);
    if (status != DYNO_OK)
        return status;
    yaml_event_delete(&event);
    status = next_event(r, &event);
    if (status != DYNO_OK)
        return status;
    bool is_empty = event.type == YAML_STREAM_END_EVENT;
    yaml_event_delete(&event);
    if (is_empty)
        return dyno_err_set(r->err, DYNO_EINPUT, "%s:1:1: the file is empty", r->path);
    status = next_event(r, &event);
    if (status == DYNO_OK)
        status = read_node(r, &event, 1, out);
    if (status != DYNO_OK)
        return status;
    status = next_event(r, &event);
    if (status != DYNO_OK)
        return status;
    yaml_event_delete(&event);
    status = next_event(r, &event);
    if (status != DYNO_OK)
        return status;
    if (event.type != YAML_STREAM_END_EVENT)
        status = fail_at(r, event.start_mark, "only one document is allowed in a file");
    yaml_event_delete(&event);
    return status;
}

enum dyno_status dyno_yaml_parse(const char *text, size_t len, const char *path,
                                 struct dyno_yaml **out, struct dyno_err *err)
{
    struct reader r = {.path = path, .err = err};
    struct dyno_yaml *root = NULL;
    if (len > DYNO_YAML_MAX_BYTES)
        return dyno_err_set(err, DYNO_EINPUT,
                            "%s:1:1: the file has %zu bytes, at most %zu are allowed", path, len,
                            DYNO_YAML_MAX_BYTES);
    if (!yaml_parser_initialize(&r.parser))
        return dyno_err_set(err, DYNO_EINTERNAL, "cannot start the YAML parser");
    yaml_parser_set_input_string(&r.parser, (const unsigned char *)text, len);
    enum dyno_status status = read_document(&r, &root);
    yaml_parser_delete(&r.parser);
    if (status == DYNO_OK)
        *out = root;
    else
        dyno_yaml_free(root);
    return status;
}

enum dyno_status dyno_yaml_read(const char *path, struct dyno_yaml **out, struct dyno_err *err)
{
    char *text = NULL;
    size_t len = 0;
    enum dyno_status status = dyno_file_read(path, DYNO_YAML_MAX_BYTES, &text, &len, err);
    if (status == DYNO_ELIMIT)
        return dyno_err_set(err, DYNO_EINPUT,
                            "%s:1:1: the file is too large, at most 1 MiB is allowed", path);
    if (status == DYNO_OK)
        status = dyno_yaml_parse(text, len, path, out, err);
    free(text);
    return status;
}

void dyno_yaml_free(struct dyno_yaml *node)
{
    if (node == NULL)
        return;
    for (size_t i = 0; i < node->count; i++)
        free_entry(&node->entries[i]);
    free(node->entries);
    free(node->scalar);
    free(node);
}

const struct dyno_yaml *dyno_yaml_get(const struct dyno_yaml *mapping, const char *key)
{
    for (size_t i = 0; mapping->kind == DYNO_YAML_MAPPING && i < mapping->count; i++)
        if (strcmp(mapping->entries[i].key, key) == 0)
            return mapping->entries[i].value;
    return NULL;
}

enum dyno_status dyno_yaml_complain(const char *path, const struct dyno_yaml *node,
                                    struct dyno_err *err, const char *fmt, ...)
{
    char text[DYNO_ERR_MESSAGE_BYTES];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    return dyno_err_set(err, DYNO_EINPUT, "%s:%zu:%zu: %s", path, node->line, node->column, text);
}

enum dyno_status dyno_yaml_check_keys(const char *path, const struct dyno_yaml *mapping,
                                      const char *const *allowed, struct dyno_err *err)
{
    size_t allowed_count = 0;
    char list[1024] = "";
    for (; allowed[allowed_count] != NULL; allowed_count++) {
        size_t used = strlen(list);
        (void)snprintf(list + used, sizeof list - used, "%s%s", used ? ", " : "",
                       allowed[allowed_count]);
    }
    for (size_t i = 0; i < mapping->count; i++) {
        const struct dyno_yaml_entry *entry = &mapping->entries[i];
        bool is_known = false;
        for (size_t k = 0; k < allowed_count; k++)
            is_known = is_known || strcmp(entry->key, allowed[k]) == 0;
        if (is_known)
            continue;
        const char *near = dyno_suggest(entry->key, allowed, allowed_count);
        return dyno_err_set(err, DYNO_EINPUT, "%s:%zu:%zu: unknown key '%s'%s%s%s; allowed: %s",
                            path, entry->key_line, entry->key_column, entry->key,
                            near ? ", did you mean '" : "", near ? near : "", near ? "'?" : "",
                            list);
    }
    return DYNO_OK;
}
