#include "report/markup.h"

#include <stdio.h>
#include <string.h>

void dyno_markup_escape(struct dyno_str *out, const char *text)
{
    for (const char *p = text; *p != '\0';) {
        size_t plain = strcspn(p, "&<>\"'");
        dyno_str_append_n(out, p, plain);
        p += plain;
        switch (*p) {
        case '&':
            dyno_str_append(out, "&amp;");
            break;
        case '<':
            dyno_str_append(out, "&lt;");
            break;
        case '>':
            dyno_str_append(out, "&gt;");
            break;
        case '"':
            dyno_str_append(out, "&quot;");
            break;
        case '\'':
            dyno_str_append(out, "&#39;");
            break;
        default:
            return;
        }
        p++;
    }
}

void dyno_markup_escape_island(struct dyno_str *out, const char *json)
{
    static const struct {
        const char *bytes, *escape;
    } escapes[] = {{"<", "\\u003c"},
                   {">", "\\u003e"},
                   {"&", "\\u0026"},
                   {"\xe2\x80\xa8", "\\u2028"},
                   {"\xe2\x80\xa9", "\\u2029"}};
    for (const char *p = json; *p != '\0';) {
        size_t i = 0;
        while (i < 5 && strncmp(p, escapes[i].bytes, strlen(escapes[i].bytes)) != 0)
            i++;
        if (i < 5) {
            dyno_str_append(out, escapes[i].escape);
            p += strlen(escapes[i].bytes);
        } else {
            dyno_str_append_char(out, *p++);
        }
    }
}

static void finish_tag(struct dyno_markup *markup)
{
    if (markup->is_tag_open)
        dyno_str_append_char(markup->out, '>');
    markup->is_tag_open = false;
}

void dyno_markup_open(struct dyno_markup *markup, const char *tag)
{
    finish_tag(markup);
    dyno_str_append_char(markup->out, '<');
    dyno_str_append(markup->out, tag);
    markup->is_tag_open = true;
}

void dyno_markup_attr(struct dyno_markup *markup, const char *name, const char *value)
{
    dyno_str_append_char(markup->out, ' ');
    dyno_str_append(markup->out, name);
    dyno_str_append(markup->out, "=\"");
    dyno_markup_escape(markup->out, value);
    dyno_str_append_char(markup->out, '"');
}

void dyno_markup_number(struct dyno_markup *markup, const char *name, double value)
{
    char text[48];
    int len = snprintf(text, sizeof text, "%.1f", value);
    if (len > 2 && strcmp(text + len - 2, ".0") == 0)
        text[len - 2] = '\0';
    dyno_markup_attr(markup, name, strcmp(text, "-0") == 0 ? "0" : text);
}

void dyno_markup_text(struct dyno_markup *markup, const char *text)
{
    finish_tag(markup);
    dyno_markup_escape(markup->out, text);
}

void dyno_markup_close(struct dyno_markup *markup, const char *tag)
{
    finish_tag(markup);
    dyno_str_append(markup->out, "</");
    dyno_str_append(markup->out, tag);
    dyno_str_append_char(markup->out, '>');
}

void dyno_markup_end(struct dyno_markup *markup)
{
    dyno_str_append(markup->out, "/>");
    markup->is_tag_open = false;
}

void dyno_markup_open_class(struct dyno_markup *markup, const char *tag, const char *css_class)
{
    dyno_markup_open(markup, tag);
    dyno_markup_attr(markup, "class", css_class);
}

void dyno_markup_element(struct dyno_markup *markup, const char *tag, const char *css_class,
                         const char *text)
{
    dyno_markup_open(markup, tag);
    if (css_class != NULL)
        dyno_markup_attr(markup, "class", css_class);
    dyno_markup_text(markup, text);
    dyno_markup_close(markup, tag);
}
