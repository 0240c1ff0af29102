// SPDX-License-Identifier: MIT
/* formula.c - formulas from one markup: as Unicode, as ASCII, as MathML.
 *
 * A formula is a row of atoms (a word, a number, a sign, a group, something in parentheses), each
 * with a superscript and a subscript or without. Groups and scripts are formulas again. Unicode
 * has raised and lowered forms of some characters alone: a script that cannot be written with them
 * is put behind ^ or between brackets. */
#include <string.h>
#include "explain/formula.h"

typedef enum { ASCII, UNICODE, MATHML } form;

/* A part of the markup. */
typedef struct {
    const char *begin, *end;
} slice;

int limpid_character_bytes(const char *text)
{
    int bytes = 1;
    while (*text && ((unsigned char)text[bytes] & 0xc0) == 0x80)
        bytes++;
    return bytes;
}

int limpid_text_columns(const char *text)
{
    int columns = 0;
    for (; *text; text += limpid_character_bytes(text))
        columns++;
    return columns;
}

void limpid_text_add_escaped(limpid_text *out, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        const char *name = NULL;
        switch (bytes[i]) {
        case '&':
            name = "&amp;";
            break;
        case '<':
            name = "&lt;";
            break;
        case '>':
            name = "&gt;";
            break;
        case '"':
            name = "&quot;";
            break;
        default:
            break;
        }
        limpid_text_append(out, name ? name : bytes + i, name ? strlen(name) : 1);
    }
}

/* ---- characters ---- */

typedef struct {
    const char *plain, *other;
} pair;

static const pair raised[] = {
    { "0", "⁰" }, { "1", "¹" }, { "2", "²" }, { "3", "³" },   { "4", "⁴" }, { "5", "⁵" },
    { "6", "⁶" }, { "7", "⁷" }, { "8", "⁸" }, { "9", "⁹" },   { "+", "⁺" }, { "-", "⁻" },
    { "−", "⁻" }, { "l", "ˡ" }, { "L", "ᴸ" }, { "T", "ᵀ" },   { "t", "ᵗ" }, { "i", "ⁱ" },
    { "n", "ⁿ" }, { "(", "⁽" }, { ")", "⁾" }, { NULL, NULL },
};

static const pair lowered[] = {
    { "0", "₀" }, { "1", "₁" }, { "2", "₂" }, { "3", "₃" }, { "4", "₄" },   { "5", "₅" },
    { "6", "₆" }, { "7", "₇" }, { "8", "₈" }, { "9", "₉" }, { "+", "₊" },   { "-", "₋" },
    { "−", "₋" }, { "i", "ᵢ" }, { "j", "ⱼ" }, { "k", "ₖ" }, { "l", "ₗ" },   { "m", "ₘ" },
    { "n", "ₙ" }, { "t", "ₜ" }, { "p", "ₚ" }, { "x", "ₓ" }, { NULL, NULL },
};

static const pair ascii[] = {
    { "∂", "d" },       { "φ", "phi" },    { "⊗", "(x)" },   { "Σ", "sum" },   { "×", "x" },
    { "−", "-" },       { "≥", ">=" },     { "≤", "<=" },    { "←", "<-" },    { "→", "->" },
    { "η", "eta" },     { "⌊", "floor(" }, { "⌋", ")" },     { "∈", "in" },    { "·", "." },
    { "…", "..." },     { "μ", "mu" },     { "σ", "sigma" }, { "γ", "gamma" }, { "β", "beta" },
    { "ε", "epsilon" }, { "α", "alpha" },  { "κ", "kappa" }, { "‖", "||" },    { "≠", "!=" },
    { "√", "sqrt" },    { "∗", "*" },      { "‘", "'" },     { "’", "'" },     { "“", "\"" },
    { "”", "\"" },      { "–", "-" },      { "é", "e" },     { "δ", "delta" }, { "≈", "~" },
    { NULL, NULL },
};

static bool starts(slice s, const char *with)
{
    size_t length = strlen(with);
    return (size_t)(s.end - s.begin) >= length && memcmp(s.begin, with, length) == 0;
}

static const char *counterpart(const pair *table, slice s)
{
    for (; table->plain; table++)
        if (starts(s, table->plain))
            return table->other;
    return NULL;
}

static void add_slice(limpid_text *out, slice s, form as)
{
    if (as == MATHML) {
        limpid_text_add_escaped(out, s.begin, (size_t)(s.end - s.begin));
        return;
    }
    while (s.begin < s.end) {
        int bytes = limpid_character_bytes(s.begin);
        const char *other = as == ASCII ? counterpart(ascii, s) : NULL;
        limpid_text_append(out, other ? other : s.begin, other ? strlen(other) : (size_t)bytes);
        s.begin += bytes;
    }
}

/* ---- atoms ---- */

static bool letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool digit(char c)
{
    return (c >= '0' && c <= '9') || c == '.';
}

/* Up to the bracket that closes the first character, or just that character. */
static slice bracketed(slice s, char open, char close)
{
    int depth = 0;
    for (const char *at = s.begin; at < s.end; at++) {
        depth += *at == open;
        depth -= *at == close;
        if (depth == 0)
            return (slice){ s.begin, at + 1 };
    }
    return (slice){ s.begin, s.begin + 1 };
}

static slice atom_of(slice s)
{
    slice atom = { s.begin, s.begin };
    if (*s.begin == '{')
        return bracketed(s, '{', '}');
    if (*s.begin == '(')
        return bracketed(s, '(', ')');
    while (atom.end < s.end && letter(*atom.end))
        atom.end++;
    if (atom.end == atom.begin)
        while (atom.end < s.end && digit(*atom.end))
            atom.end++;
    if (atom.end == atom.begin)
        atom.end += limpid_character_bytes(s.begin);
    return atom;
}

/* What stands behind ^ or _: a group without its braces, or one character. */
static slice script_of(slice *rest)
{
    rest->begin++;
    if (rest->begin >= rest->end)
        return (slice){ rest->end, rest->end };
    slice arg = *rest->begin == '{'
                    ? bracketed(*rest, '{', '}')
                    : (slice){ rest->begin, rest->begin + limpid_character_bytes(rest->begin) };
    rest->begin = arg.end;
    if (*arg.begin == '{' && arg.end - arg.begin > 1)
        arg = (slice){ arg.begin + 1, arg.end - 1 };
    return arg;
}

/* The bar of a fraction: a | outside of inner groups; NULL where there is none. */
static const char *bar(slice s)
{
    int depth = 0;
    for (const char *at = s.begin; at < s.end; at++) {
        depth += *at == '{';
        depth -= *at == '}';
        if (*at == '|' && depth == 0)
            return at;
    }
    return NULL;
}

static bool is_operator(slice s)
{
    static const char *const operators[] = {
        "=", "+", "−", "×", "⊗", "*", "∗", "←", "→", "≥", "≤",
        "<", ">", ",", "/", "·", "∈", "≠", "≈", "-", ";", ":"
    };
    for (size_t i = 0; i < sizeof(operators) / sizeof(*operators); i++)
        if (starts(s, operators[i]))
            return true;
    return false;
}

static void render(slice s, form as, limpid_text *out);

/* ---- as text ---- */

static void text_part(slice s, form as, limpid_text *out)
{
    bool several = memchr(s.begin, ' ', (size_t)(s.end - s.begin)) != NULL;
    limpid_text_add(out, several ? "(" : "");
    render(s, as, out);
    limpid_text_add(out, several ? ")" : "");
}

static void text_atom(slice atom, form as, limpid_text *out)
{
    if (*atom.begin == '{' && atom.end - atom.begin > 1) {
        slice inner = { atom.begin + 1, atom.end - 1 };
        const char *middle = bar(inner);
        if (!middle) {
            render(inner, as, out);
            return;
        }
        text_part((slice){ inner.begin, middle }, as, out);
        limpid_text_add(out, "/");
        text_part((slice){ middle + 1, inner.end }, as, out);
    } else if (*atom.begin == '(' && atom.end - atom.begin > 1) {
        limpid_text_add(out, "(");
        render((slice){ atom.begin + 1, atom.end - 1 }, as, out);
        limpid_text_add(out, ")");
    } else
        add_slice(out, atom, as);
}

static bool all_in(const pair *table, slice s)
{
    bool all = s.begin < s.end;
    for (; s.begin < s.end; s.begin += limpid_character_bytes(s.begin))
        all = all && counterpart(table, s);
    return all;
}

static void text_script(slice s, const pair *table, form as, limpid_text *out)
{
    bool up = table == raised;
    if (as == UNICODE && all_in(table, s)) {
        for (; s.begin < s.end; s.begin += limpid_character_bytes(s.begin))
            limpid_text_add(out, "%s", counterpart(table, s));
        return;
    }
    bool one = s.end - s.begin == limpid_character_bytes(s.begin);
    limpid_text_add(out, one ? (up ? "^" : "_") : (up ? "^(" : "["));
    render(s, as, out);
    limpid_text_add(out, one ? "" : (up ? ")" : "]"));
}

static void text_sum(slice below, slice above, form as, limpid_text *out)
{
    limpid_text_add(out, as == ASCII ? "sum(" : "Σ(");
    render(below, as, out);
    if (above.begin) {
        limpid_text_add(out, as == ASCII ? ".." : "…");
        render(above, as, out);
    }
    limpid_text_add(out, ")");
}

static void text_scripted(slice atom, slice above, slice below, form as, limpid_text *out)
{
    if (starts(atom, "Σ") && below.begin) {
        text_sum(below, above, as, out);
        return;
    }
    text_atom(atom, as, out);
    /* x^l[i, j] reads better than x[i, j]^l. */
    bool above_first = below.begin && (as == ASCII || !all_in(lowered, below));
    if (above.begin && above_first)
        text_script(above, raised, as, out);
    if (below.begin)
        text_script(below, lowered, as, out);
    if (above.begin && !above_first)
        text_script(above, raised, as, out);
}

/* ---- as MathML ---- */

static void math_row(slice s, limpid_text *out)
{
    limpid_text_add(out, "<mrow>");
    render(s, MATHML, out);
    limpid_text_add(out, "</mrow>");
}

static void math_atom(slice atom, limpid_text *out)
{
    slice inner = { atom.begin + 1, atom.end - 1 };
    if (*atom.begin == '{' && atom.end - atom.begin > 1) {
        const char *middle = bar(inner);
        limpid_text_add(out, middle ? "<mfrac>" : "");
        math_row(middle ? (slice){ inner.begin, middle } : inner, out);
        if (middle)
            math_row((slice){ middle + 1, inner.end }, out);
        limpid_text_add(out, middle ? "</mfrac>" : "");
    } else if (*atom.begin == '(' && atom.end - atom.begin > 1) {
        limpid_text_add(out, "<mrow><mo>(</mo>");
        render(inner, MATHML, out);
        limpid_text_add(out, "<mo>)</mo></mrow>");
    } else {
        const char *tag = digit(*atom.begin) && *atom.begin != '.' ? "mn"
                          : letter(*atom.begin)                    ? "mi"
                          : is_operator(atom) || strchr("()[]{}|", *atom.begin) ||
                                  starts(atom, "‖") || starts(atom, "⌊") || starts(atom, "⌋")
                              ? "mo"
                              : "mi";
        limpid_text_add(out, "<%s%s>", tag,
                        strchr("()[]", *atom.begin) ? " stretchy=\"false\""
                        : *atom.begin == '/'        ? " lspace=\"0\" rspace=\"0\""
                                                    : "");
        if (starts(atom, "Σ"))
            limpid_text_add(out, "∑");
        else
            add_slice(out, atom, MATHML);
        limpid_text_add(out, "</%s>", tag);
    }
}

static void math_scripted(slice atom, slice above, slice below, limpid_text *out)
{
    bool sum = starts(atom, "Σ"), limits = sum || starts(atom, "max");
    const char *tag = NULL;
    if (above.begin && below.begin)
        tag = limits ? "munderover" : "msubsup";
    else if (above.begin)
        tag = limits ? "mover" : "msup";
    else if (below.begin)
        tag = limits ? "munder" : "msub";
    if (tag)
        limpid_text_add(out, "<%s>", tag);
    if (sum)
        limpid_text_add(out, "<mo largeop=\"true\" movablelimits=\"false\">∑</mo>");
    else
        math_atom(atom, out);
    if (below.begin)
        math_row(below, out);
    if (above.begin)
        math_row(above, out);
    if (tag)
        limpid_text_add(out, "</%s>", tag);
}

/* ---- a row of atoms ---- */

static void render(slice s, form as, limpid_text *out)
{
    bool after_operator = true;
    while (s.begin < s.end) {
        if (*s.begin == ' ') {
            s.begin++;
            if (as != MATHML)
                limpid_text_add(out, " ");
            else if (!after_operator && s.begin < s.end && !is_operator(s))
                limpid_text_add(out, "<mspace width=\"0.22em\"/>");
            continue;
        }
        slice atom = atom_of(s), above = { NULL, NULL }, below = { NULL, NULL };
        s.begin = atom.end;
        while (s.begin < s.end && (*s.begin == '^' || *s.begin == '_')) {
            slice *script = *s.begin == '^' ? &above : &below;
            *script = script_of(&s);
        }
        after_operator = is_operator(atom);
        if (as == MATHML)
            math_scripted(atom, above, below, out);
        else
            text_scripted(atom, above, below, as, out);
    }
}

void limpid_formula_text(const char *markup, bool unicode, limpid_text *out)
{
    render((slice){ markup, markup + strlen(markup) }, unicode ? UNICODE : ASCII, out);
}

void limpid_formula_mathml(const char *markup, limpid_text *out)
{
    math_row((slice){ markup, markup + strlen(markup) }, out);
}

/* ---- sentences ---- */

static void sentence(const char *text, form as, limpid_text *out)
{
    while (*text) {
        size_t length = strcspn(text, "$");
        add_slice(out, (slice){ text, text + length }, as);
        text += length;
        if (!*text)
            break;
        length = strcspn(++text, "$");
        limpid_text_add(out, as == MATHML ? "<math>" : "");
        render((slice){ text, text + length }, as, out);
        limpid_text_add(out, as == MATHML ? "</math>" : "");
        text += length + (text[length] == '$');
    }
}

void limpid_sentence_text(const char *text, bool unicode, limpid_text *out)
{
    sentence(text, unicode ? UNICODE : ASCII, out);
}

void limpid_sentence_html(const char *text, limpid_text *out)
{
    sentence(text, MATHML, out);
}
