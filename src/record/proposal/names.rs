//! Infers a field's part from its name, in the languages and spellings found in real files:
//! `Product Name`, `primaryTitle`, `Body (HTML)`, `story_text`, `Bezeichnung`, `nombre del
//! producto`, `商品名`.
//!
//! Usually the last word of a name is the head noun and the others qualify it. In languages that
//! put the noun first, the first word is the head, unless the last word names something else.

use unicode_normalization::UnicodeNormalization;

/// Words that suggest a part: lists of words separated by spaces, the more likely lists first.
/// Letters are lower case and without accents, see [`fold`].
type Words = &'static [&'static str];

/// Names of title fields.
pub const TITLE: Words = &[
    "title titel titre titulo titolo tytul заголовок baslik 标题 標題 タイトル 제목 titlu tittel \
     tieude judul τιτλος العنوان عنوان כותרת शीर्षक",
    "name nombre nom nome naam navn namn nimi nazwa название наименование назва имя isim \
     名称 名稱 名前 이름 nazev nev nume denumire nama ονομα الاسم اسم שם नाम ชื่อ",
    "bezeichnung designation designacion denominacion denominazione denomination \
     designacao libelle intitule benaming betegnelse benamning nimike megnevezes 商品名 商品名称 \
     产品名称 品名 书名 書名 片名 题名 題名 件名 見出し 상품명 제품명 商品名稱",
    "headline heading header subject question uberschrift betreff frage rubrik overskrift \
     otsikko asunto assunto oggetto sujet temat тема cim",
    "ad head label caption topic thema term word",
];

/// Names of text fields.
pub const TEXT: Words = &[
    "text body texto texte testo tekst teksti текст metin 正文 本文 テキスト 본문 volltext corps \
     cuerpo corpo szoveg κειμενο النص",
    "description beschreibung descripcion descrizione descricao beschrijving omschrijving \
     beskrivning beskrivelse kuvaus opis описание опис aciklama tanim 描述 说明 說明 説明 説明文 설명 \
     상세설명 popis leiras descriere deskripsi mota περιγραφη الوصف وصف תיאור विवरण desc \
     descr descriptif",
    "content contents inhalt contenido contenu contenuto conteudo inhoud innehall indhold \
     innhold sisalto tresc содержание icerik 内容 內容 내용 obsah tartalom continut noidung isi \
     المحتوى תוכן",
    "abstract answer summary story article review about overview synopsis plot \
     zusammenfassung antwort resumen resume resumo riassunto samenvatting sammanfattning \
     sammendrag streszczenie аннотация ozet 摘要 简介 簡介 介绍 概要 紹介 あらすじ 要約 요약 소개 sinopsis \
     sinopse trama recension rezension bewertung resena recensione отзыв lyrics \
     transcript",
    "details detail message post comment comments notes note remarks bio biography \
     excerpt information narrative introduction intro passage paragraph document \
     definition explanation instructions tweet reply response blurb tagline kommentar \
     bemerkung bemerkungen anmerkung anmerkungen notiz notizen langtext kurztext \
     commentaire remarques comentario comentarios observaciones detalles commento \
     toelichting opmerkingen комментарии yorum 详情 詳細 备注 備考 评论 レビュー コメント 리뷰 keterangan",
];

/// Names of link fields.
pub const URL: Words = &[
    "url link href uri",
    "permalink website webpage homepage webseite web site lien enlace sito ссылка strona \
     网址 链接 網址 連結 リンク 링크",
];

/// Names of picture fields.
pub const IMAGE: Words = &[
    "image images img picture photo bild foto imagen immagine imagem afbeelding billede \
     bilde kuva zdjecie obraz изображение картинка фото resim gorsel 图片 圖片 画像 写真 이미지 사진",
    "thumbnail thumb cover poster logo avatar icon artwork photos pictures bilder fotos \
     封面 サムネイル",
];

/// Names of id fields.
pub const ID: Words = &[
    "id _id",
    "objectid uuid guid identifier kennung identifiant identificador identificatore \
     tconst nconst",
    "sku isbn isbn13 isbn10 asin ean gtin upc doi artikelnummer slug 编号 артикул 品番",
];

/// Names of codes and numbers that are looked up and are neither titles nor texts.
const CODE: Words = &[
    "sku isbn isbn10 isbn13 issn ean ean13 gtin upc asin mpn barcode code handle slug \
     uuid guid hash vin iban doi ref reference serial tconst nconst zip zipcode postcode \
     postalcode plz phone telephone telefon telefono tel fax mobile email mail codigo \
     codice kod код артикул 型号 型號 编号 編號 货号 品番 型番 コード 코드 nummer artikelnummer \
     bestellnummer seriennummer artnr modelnumber partnumber",
];

/// Words that, before a title word, make it the name of someone or something else.
const OF_OTHERS: &str = "author user first last middle nick file host brand category vendor seller store shop \
     city country state street publisher group parent domain owner customer creator \
     artist company firma autor auteur autore marke marque marca kategorie categorie \
     categoria event class meta seo alt sort vor nach sur fore given family benutzer \
     datei sub unter option collection team job image img bild contact kontakt contacto \
     contatto ansprechpartner venue capital hauptstadt";

/// Those of these words that have tables of their own, whose first column contains their names.
/// Makers and groups are not included: their products are named in a later column.
const OF_A_TABLE: &str =
    "company firma event team city country state shop store collection job contact kontakt venue";

/// Words at the end of the names of fields that categorise records.
const GROUPS: &str = "type typ tipo category kategorie categorie categoria kategori kategoria status statut \
     stato language lang sprache langue idioma lingua taal genre genero genere gattung 类型 类别 \
     分类 状态 语言 カテゴリ 種類 状態 言語 카테고리 종류 상태 언어 категория тип статус язык жанр";

/// Words that are always the head when they are the last word of a name.
const OTHER_HEADS: &str = "type id ids count number num length len url uri link href language lang locale code \
     date time year author by at slug key hash status state format vector embedding score \
     rank size position index image img src path file tag tags category class color \
     colour font flag version level source width height alt typ datum fecha data tipo \
     anzahl nummer sprache";

/// Words that are followed only by qualifiers: `name of product`, `nombre del libro`.
const PREPOSITIONS: &str =
    "of de del della dello di du des da do dos der von van for para pour per fur in";

/// Words at the end of a name that carry no meaning for its part.
const SUFFIXES: &str = "html md markdown plain raw txt utf8 en eng english us gb uk fr es it pt nl pl ru tr \
     zh cn ja jp ko kr sv fi cs deutsch francais espanol";

/// How many characters of a name are examined.
const MAX_CHARS: usize = 80;

/// How strongly a name suggests a part, up to 100; `None` if it does not.
pub fn says(name: &str, part: Words) -> Option<i32> {
    let (whole, words) = split(name);
    let rank = |word: &str| part.iter().position(|known| holds(known, word));
    let value = |base: i32, rank: usize| base - 4 * rank as i32;
    if let Some(rank) = rank(&whole).or_else(|| rank(name.trim())) {
        return Some(value(100, rank));
    }
    let (last, before) = words.split_last()?;
    if let Some(rank) = rank(last) {
        let of_others = before.iter().any(|word| holds(OF_OTHERS, word));
        return Some(value(if of_others { 25 } else { 80 }, rank));
    }
    if before.is_empty() {
        return compound(last, part).map(|rank| value(70, rank));
    }
    let first = rank(&words[0]).filter(|_| !holds(OTHER_HEADS, last));
    first.map(|rank| value(60, rank))
}

/// Whether any word of a name suggests a part, regardless of its position.
pub fn mentions(name: &str, part: Words) -> bool {
    let (_, words) = split(name);
    let known = |word: &String| part.iter().any(|known| holds(known, word));
    says(name, part).is_some() || words.iter().any(known)
}

/// Whether a name suggests that its field contains codes, to be looked up rather than read.
pub fn is_code(name: &str) -> bool {
    says(name, CODE).is_some()
}

/// Whether a name suggests that its field identifies something else, as `author_id` does.
pub fn is_of_others(name: &str) -> bool {
    let (_, words) = split(name);
    words.iter().any(|word| holds(OF_OTHERS, word))
}

/// Whether a name is just the subject of a possible table, such as `Country`.
pub fn is_of_a_table(name: &str) -> bool {
    let (_, words) = split(name);
    matches!(words.as_slice(), [word] if holds(OF_A_TABLE, word))
}

/// Whether a name suggests that its field categorises records, as `status` does.
pub fn is_group(name: &str) -> bool {
    let (_, words) = split(name);
    words.last().is_some_and(|word| holds(GROUPS, word))
}

fn holds(list: &str, word: &str) -> bool {
    list.split(' ').any(|known| known == word)
}

/// Finds the word of a part that a compound word such as `Produktname` ends in.
fn compound(word: &str, part: Words) -> Option<usize> {
    const GLUED: usize = 4;
    let ends = |known: &str| {
        known.len() >= GLUED
            && word.len() > known.len() + 2
            && word.ends_with(known)
            && !holds(
                OF_OTHERS,
                word[..word.len() - known.len()].trim_end_matches('s'),
            )
    };
    part.iter().position(|list| list.split(' ').any(ends))
}

/// A name without separators, and its meaningful words. Words are separated by blanks, punctuation,
/// capitals and digits.
fn split(name: &str) -> (String, Vec<String>) {
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    let mut letters = name.chars().take(MAX_CHARS).peekable();
    let mut before = ' ';
    while let Some(letter) = letters.next() {
        let next_is_small = letters.peek().is_some_and(|next| next.is_lowercase());
        let begins = letter.is_uppercase() && (before.is_lowercase() || next_is_small)
            || letter.is_ascii_digit() && before.is_alphabetic();
        if (begins || !letter.is_alphanumeric()) && !word.is_empty() {
            words.push(fold(&std::mem::take(&mut word)));
        }
        if letter.is_alphanumeric() {
            word.push(letter);
        }
        before = letter;
    }
    words.extend((!word.is_empty()).then(|| fold(&word)));
    let whole = words.concat();
    let says_nothing =
        |word: &String| holds(SUFFIXES, word) || word.bytes().all(|byte| byte.is_ascii_digit());
    while words.len() > 1 && words.last().is_some_and(says_nothing) {
        words.pop();
    }
    let is_preposition = |word: &String| holds(PREPOSITIONS, word);
    if let Some(end) = words.iter().skip(1).position(is_preposition) {
        words.truncate(end + 1);
    }
    (whole, words)
}

/// Converts to lower case and removes accents.
fn fold(word: &str) -> String {
    let is_accent = |letter: &char| ('\u{300}'..='\u{36f}').contains(letter);
    let plain = word.nfd().filter(|letter| !is_accent(letter)).nfc();
    let folded: String = plain.flat_map(char::to_lowercase).collect();
    folded
        .replace('ı', "i")
        .replace('ł', "l")
        .replace('đ', "d")
        .replace('ø', "o")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn best(name: &str) -> &'static str {
        let parts = [
            ("title", TITLE),
            ("text", TEXT),
            ("id", ID),
            ("image", IMAGE),
            ("url", URL),
        ];
        let scored = parts.map(|(part, words)| (says(name, words), part));
        let best = scored
            .into_iter()
            .filter(|(score, _)| score.is_some())
            .max();
        best.map_or("", |(_, part)| part)
    }

    #[test]
    fn names_are_understood_in_many_spellings_and_languages() {
        for (part, names) in [
            (
                "title",
                &[
                    "Title",
                    "PRODUCT_NAME",
                    "primaryTitle",
                    "product.name",
                    "Artikelbezeichnung",
                    "Produktname",
                    "Bezeichnung",
                    "nombre",
                    "Nombre del producto",
                    "título original",
                    "Titre (FR)",
                    "Libellé",
                    "Denominazione",
                    "Título",
                    "naam",
                    "Tytuł",
                    "Название",
                    "Başlık",
                    "标题",
                    "商品名",
                    "タイトル",
                    "제목",
                    "title_en",
                    "name2",
                    "Überschrift",
                    "head-line",
                    "Tiêu đề",
                ][..],
            ),
            (
                "text",
                &[
                    "Body (HTML)",
                    "Long Desc",
                    "story_text",
                    "My Review",
                    "Beschreibung",
                    "Kurzbeschreibung",
                    "Descripción",
                    "description_de",
                    "contenu",
                    "Testo",
                    "Opis",
                    "Описание",
                    "Açıklama",
                    "正文",
                    "説明",
                    "내용",
                    "bodyHtml",
                    "Full Text",
                ],
            ),
            (
                "id",
                &[
                    "ID",
                    "_id",
                    "Book Id",
                    "objectID",
                    "tconst",
                    "productId",
                    "ISBN",
                ],
            ),
            ("image", &["Image", "cover_image", "Foto", "thumbnail"]),
            ("url", &["URL", "image_url", "Website", "Lien"]),
            (
                "",
                &[
                    "titleType",
                    "year",
                    "Number of Pages",
                    "Vendor",
                    "text_length",
                    "vorname",
                    "x",
                ],
            ),
        ] {
            for name in names {
                assert_eq!(best(name), part, "{name}");
            }
        }
    }

    #[test]
    fn the_name_of_somebody_else_is_a_poor_title() {
        let score = |name| says(name, TITLE).unwrap();
        assert!(
            score("name") > score("product name") && score("product name") > score("brand name")
        );
        assert!(score("Product Name") > score("Meta Title"));
    }

    #[test]
    fn things_with_tables_of_their_own_and_groups_are_known_by_name() {
        for name in ["Country", "Company (EN)", "STORE"] {
            assert!(is_of_a_table(name) && !is_group(name), "{name}");
        }
        for name in ["Status", "product_type", "Kategorie", "カテゴリ"] {
            assert!(is_group(name) && !is_of_a_table(name), "{name}");
        }
        for name in ["Brand", "company name", "typeface", "Name"] {
            assert!(!is_of_a_table(name) && !is_group(name), "{name}");
        }
    }

    #[test]
    fn codes_are_known_by_name() {
        for name in [
            "SKU",
            "Variant SKU",
            "isbn13",
            "Handle",
            "postal_code",
            "Artikelnummer",
            "E-Mail",
        ] {
            assert!(is_code(name), "{name}");
        }
        for name in ["Title", "codec", "Name", "partner"] {
            assert!(!is_code(name), "{name}");
        }
    }
}
