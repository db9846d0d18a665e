#include "base/sha256.h"
#include "report/capacity.h"
#include "report/html_parts.h"
#include "report/json.h"
#include "report/report.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define HTML_MAX_BYTES   (8u * 1024 * 1024)
#define ISLAND_MAX_BYTES (700u * 1024)

extern const unsigned char dyno_report_template[];
extern const unsigned char dyno_report_css[];
extern const size_t dyno_report_css_len;
extern const unsigned char dyno_report_js[];
extern const size_t dyno_report_js_len;

static int digit_of(char c)
{
    return c <= '9' ? c - '0' : c - 'a' + 10;
}

/* Base64 of the raw digest, as a content security policy wants it. */
static void append_hash(struct dyno_str *out, const unsigned char *bytes, size_t len)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char hex[DYNO_SHA256_TEXT_BYTES];
    dyno_sha256_hex(bytes, len, hex);
    for (size_t i = 0; i < 64; i += 6) {
        /* Three bytes give four letters; the last two bytes give three and a '='. */
        uint32_t bits = 0;
        for (size_t j = 0; j < 6; j++)
            bits = (bits << 4) | (i + j < 64 ? (uint32_t)digit_of(hex[i + j]) : 0);
        size_t count = i + 6 <= 64 ? 4 : 3;
        for (size_t j = 0; j < count; j++)
            dyno_str_append_char(out, letters[(bits >> (18 - 6 * j)) & 63]);
        if (count == 3)
            dyno_str_append_char(out, '=');
    }
}

static void append_policy(struct dyno_str *out, const struct dyno_html_page *page)
{
    (void)page;
    dyno_str_append(out, "default-src 'none'; style-src 'sha256-");
    append_hash(out, dyno_report_css, dyno_report_css_len);
    dyno_str_append(out, "'; script-src 'sha256-");
    append_hash(out, dyno_report_js, dyno_report_js_len);
    dyno_str_append(out, "'; img-src data:; base-uri 'none'; form-action 'none'");
}

static void append_style(struct dyno_str *out, const struct dyno_html_page *page)
{
    (void)page;
    dyno_str_append(out, (const char *)dyno_report_css);
}

static void append_script(struct dyno_str *out, const struct dyno_html_page *page)
{
    (void)page;
    dyno_str_append(out, (const char *)dyno_report_js);
}

static void append_title(struct dyno_str *out, const struct dyno_html_page *page)
{
    page->title(out, page->context);
}

static void append_body(struct dyno_str *out, const struct dyno_html_page *page)
{
    page->body(out, page->context);
}

/* The data once more for programs. */
static void append_island(struct dyno_str *out, const struct dyno_html_page *page)
{
    cJSON *root = page->data(page->context);
    char *json = cJSON_PrintUnformatted(root);
    cJSON_Delete(root);
    if (json != NULL && strlen(json) <= ISLAND_MAX_BYTES)
        dyno_markup_escape_island(out, json);
    else
        dyno_str_append(out, "null");
    free(json);
}

typedef void (*append_fn)(struct dyno_str *out, const struct dyno_html_page *page);

static const struct {
    const char *name;
    append_fn append;
} slots[] = {{"policy", append_policy}, {"title", append_title}, {"style", append_style},
             {"body", append_body},     {"data", append_island}, {"script", append_script}};

/* Fill the slots {{name}} of the template. Only the template is searched for slots, never what is put
 * into them. */
static void fill_template(struct dyno_str *out, const struct dyno_html_page *page)
{
    const char *rest = (const char *)dyno_report_template;
    for (const char *slot = strstr(rest, "{{"); slot != NULL; slot = strstr(rest, "{{")) {
        dyno_str_append_n(out, rest, (size_t)(slot - rest));
        rest = slot + 2;
        for (size_t i = 0; i < sizeof slots / sizeof slots[0]; i++) {
            size_t len = strlen(slots[i].name);
            if (strncmp(rest, slots[i].name, len) != 0 || strncmp(rest + len, "}}", 2) != 0)
                continue;
            slots[i].append(out, page);
            rest += len + 2;
            break;
        }
    }
    dyno_str_append(out, rest);
}

enum dyno_status dyno_html_page_write(const struct dyno_html_page *page, struct dyno_str *out,
                                      struct dyno_err *err)
{
    struct dyno_str text;
    dyno_str_init(&text, HTML_MAX_BYTES);
    fill_template(&text, page);
    enum dyno_status status = DYNO_OK;
    if (text.failed)
        status = dyno_err_set(err, DYNO_ELIMIT, "the HTML report is over %u bytes", HTML_MAX_BYTES);
    else
        dyno_str_append_n(out, text.data, text.len);
    dyno_str_deinit(&text);
    return status;
}

static void title_of_report(struct dyno_str *out, const void *context)
{
    const struct dyno_report_model *model = context;
    dyno_markup_escape(out, model->head.verdict);
    dyno_str_append(out, ": ");
    dyno_markup_escape(out, model->head.name);
}

static void body_of_report(struct dyno_str *out, const void *context)
{
    const struct dyno_report_model *model = context;
    struct dyno_markup m = {.out = out, .is_tag_open = false};
    dyno_html_verdict(&m, model);
    dyno_html_capacity(&m, model);
    if (model->rank != NULL) {
        dyno_html_rank(&m, model);
        dyno_html_doubts(&m, model);
        dyno_html_facts(&m, model);
        return;
    }
    dyno_html_why(&m, model);
    dyno_html_doubts(&m, model);
    dyno_html_proof(&m, model);
    dyno_html_latency(&m, model);
    dyno_html_queries(&m, model);
    dyno_html_facts(&m, model);
}

/* Without what already stands in the page as text. */
static cJSON *data_of_report(const void *context)
{
    return dyno_report_json_document(context, false);
}

enum dyno_status dyno_report_html(const struct dyno_report_model *model, struct dyno_str *out,
                                  struct dyno_err *err)
{
    const struct dyno_html_page page = {
        .title = title_of_report, .body = body_of_report, .data = data_of_report, .context = model};
    return dyno_html_page_write(&page, out, err);
}
