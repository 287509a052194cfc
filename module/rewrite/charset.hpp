// Charsets: which pages can be edited without decoding them, and how text gets into each.
//
// The rewriter reads bytes and takes every ASCII byte that makes markup ('<', '>', '"', '\'', '&',
// '=', '/', space) for what it is. That holds in UTF-8, where no byte of a longer sequence is
// ASCII, in all single-byte charsets with ASCII below 0x80, in EUC-JP, EUC-KR and EUC-CN, whose
// sequences have no ASCII byte, and in the charsets whose second byte may be one: Shift_JIS, GBK
// and Big5 (0x40 and above), EUC-KR as Windows extends it (letters) and GB18030 (0x40 and above,
// or a digit). Of the bytes above, none is 0x40 or more and none a digit. A sequence that is cut
// off before such a byte does not swallow it: browsers give the byte back (Encoding Standard,
// "shift_jis decoder" and its like).
//
// It does not hold in UTF-16 and UTF-32, in charsets that shift (ISO-2022-*, HZ, UTF-7: there '<'
// may be half of a character), in Johab (second byte 0x31 to 0x7E) and in EBCDIC. Pages that are
// declared so are left alone. A label that nobody knows is what it is to browsers: something with
// ASCII in it.
//
// Text is inserted as UTF-8 only into pages whose header says UTF-8, else in ASCII, with character
// references for the rest: these mean the same in every charset, whatever the page says or does not
// say. Thread rules: pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace pz::rewrite {

enum class Charset : std::uint8_t {
    utf8,
    ascii_based,  // something else with ASCII in it, or not declared
    unsafe        // ASCII bytes are not always ASCII: not to be rewritten
};

// By the label of a Content-Type header, in any case and perhaps quoted; empty: ascii_based.
Charset charset_named(std::string_view label);

// UTF-8 as ASCII: character references for what is not ASCII, nothing else is escaped. U+FFFD for
// what is no UTF-8; C1 control characters are left out (as references they would mean others).
void append_ascii(std::string_view utf8, std::string& out);

// JSON in UTF-8 as the same JSON in ASCII.
void append_ascii_json(std::string_view utf8, std::string& out);

}  // namespace pz::rewrite
