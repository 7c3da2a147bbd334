// What is wrong with who pays, if anything. `of` answers the text of any field.
const Payer = {
  email(of) {
    if (!of("email").trim()) return Server.words.email_missing;
    if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(of("email").trim())) return Server.words.email_wrong;
  },
  name(of) {
    if (!of("name").trim()) return Server.words.name_missing;
    if (of("name").trim().length > 200) return Server.words.name_long;
  },
};
