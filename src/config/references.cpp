#include "config/references.h"

#include <algorithm>
#include <array>
#include <functional>
#include <optional>

#include <fmt/format.h>

#include "base/ascii.h"

namespace pg2athena::config {
namespace {

bool is_name_character(char c) {
  return is_ascii_alphanumeric(c) || c == '_';
}

struct Reference {
  std::size_t begin = 0;  // of "${"
  std::size_t end = 0;    // behind "}"
  std::string name;
};

std::optional<Reference> find_reference(std::string_view text, std::size_t from) {
  while ((from = text.find("${", from)) != std::string_view::npos) {
    std::size_t at = from + 2;
    while (at < text.size() && is_name_character(text[at])) ++at;
    const bool literal = from > 0 && text[from - 1] == '$';
    if (!literal && at < text.size() && text[at] == '}' && at > from + 2) {
      return Reference{
          .begin = from, .end = at + 1, .name = std::string(text.substr(from + 2, at - from - 2))};
    }
    from += 2;
  }
  return std::nullopt;
}

// Each reference replaced by what `value` makes of its name.
Result<std::string> replace(const std::string& text,
                            const std::function<Result<std::string>(const std::string& name)>& value) {
  std::string out;
  std::size_t from = 0;
  while (const auto reference = find_reference(text, from)) {
    out.append(text, from, reference->begin - from);
    PG2ATHENA_ASSIGN(const std::string replacement, value(reference->name));
    out += replacement;
    from = reference->end;
  }
  return out.append(text, from);
}

Result<std::string> variable(const std::string& name, const postgres::Environment& environment) {
  auto value = environment(name.c_str());
  if (value && !value->empty()) return std::move(*value);
  return fail(Error(ErrorKind::InvalidArgument,
                    fmt::format("the environment variable {} is {}", name, value ? "empty" : "not set"))
                  .hint(fmt::format("set it where pg2athena is started: export {}=…", name)));
}

bool is_one_reference(std::string_view text) {
  const auto reference = find_reference(text, 0);
  return reference && reference->begin == 0 && reference->end == text.size();
}

std::string percent_encoded(std::string_view value) {
  constexpr std::string_view kUnreserved = "-._~";  // besides letters and digits (RFC 3986, 2.3)
  std::string out;
  for (const char c : value) {
    const bool plain = is_ascii_alphanumeric(c) || kUnreserved.contains(c);
    out += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

std::string conninfo_quoted(std::string_view value) {
  std::string out = "'";
  for (const char c : value) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

constexpr std::string_view kSecretHint =
    "a file is easily shared: write ${NAME} and set that variable, or secret:NAME of AWS Secrets Manager, or "
    "leave the password to PGPASSWORD, ~/.pgpass or the file that PGPASSFILE names";

constexpr std::string_view kSecretPrefix = "secret:";

}  // namespace

std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text.substr(at).starts_with("$${")) ++at;
    out += text[at];
  }
  return out;
}

std::string escaped(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text.substr(at).starts_with("${")) out += '$';
    out += text[at];
  }
  return out;
}

bool has_reference(std::string_view text) {
  return find_reference(text, 0).has_value();
}

bool has_unset_reference(std::string_view text, const postgres::Environment& environment) {
  std::size_t from = 0;
  while (const auto reference = find_reference(text, from)) {
    if (environment(reference->name.c_str()).value_or("").empty()) return true;
    from = reference->end;
  }
  return false;
}

bool is_secret_id(std::string_view text) {
  // arn:<partition>:secretsmanager:<region>:<account>:secret:<name>
  constexpr std::size_t kPartsBeforeName = 6;
  if (text.starts_with("arn:")) {
    std::array<std::string_view, kPartsBeforeName> parts;
    for (std::string_view& part : parts) {
      const std::size_t end = text.find(':');
      if (end == std::string_view::npos) return false;
      part = text.substr(0, end);
      if (part.empty()) return false;
      text.remove_prefix(end + 1);
    }
    if (parts[2] != "secretsmanager" || parts[5] != "secret") return false;
  }
  // CreateSecret in the API reference; the ! is in the names of those that RDS manages.
  constexpr std::string_view kMarks = "/_+=.@-!";
  constexpr std::size_t kLongest = 512;
  return !text.empty() && text.size() <= kLongest &&
         std::ranges::all_of(text, [&](char c) { return is_ascii_alphanumeric(c) || kMarks.contains(c); });
}

Result<std::optional<login::SecretPassword>> secret_password(std::string_view text) {
  if (!text.starts_with(kSecretPrefix)) return std::nullopt;
  text.remove_prefix(kSecretPrefix.size());
  const std::size_t hash = text.find('#');
  const std::string_view id = text.substr(0, hash);
  const bool member = hash != std::string_view::npos;
  if (!is_secret_id(id) || (member && hash + 1 == text.size())) {
    return fail(
        Error(ErrorKind::InvalidArgument, "source.password: what follows secret: is no secret")
            .hint("secret:NAME or secret:ARN, of AWS Secrets Manager, and #MEMBER for a member of its JSON "
                  "object: secret:prod/shop/etl#password"));
  }
  return login::SecretPassword{.secret = std::string(id),
                               .member = member ? std::string(text.substr(hash + 1)) : std::string()};
}

Result<std::string> expand_source(const std::string& text, const postgres::Environment& environment) {
  if (text.starts_with(kSecretPrefix)) {
    return fail(Error(ErrorKind::InvalidArgument, "source.url takes no secret")
                    .hint("source.secret names a secret that says where the database is and how to log in"));
  }
  if (is_one_reference(text)) return variable(find_reference(text, 0)->name, environment);
  const bool uri = text.starts_with("postgresql://") || text.starts_with("postgres://");
  const auto nothing = [&](const std::string&) -> Result<std::string> { return uri ? "" : "''"; };
  PG2ATHENA_ASSIGN(const std::string without_references, replace(text, nothing));
  PG2ATHENA_ASSIGN(const bool password, postgres::has_password(without_references));
  if (password) {
    return fail(
        Error(ErrorKind::InvalidArgument, "source.url has a password in it").hint(std::string(kSecretHint)));
  }
  return replace(text, [&](const std::string& name) -> Result<std::string> {
    PG2ATHENA_ASSIGN(const std::string value, variable(name, environment));
    return uri ? percent_encoded(value) : conninfo_quoted(value);
  });
}

Result<std::string> expand_secret(const std::string& text, const postgres::Environment& environment) {
  if (is_one_reference(text)) return variable(find_reference(text, 0)->name, environment);
  return fail(Error(ErrorKind::InvalidArgument,
                    "source.password has to be a reference like ${SHOP_PASSWORD} or secret:prod/shop/etl")
                  .hint(std::string(kSecretHint)));
}

}  // namespace pg2athena::config
