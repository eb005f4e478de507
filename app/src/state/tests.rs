//! Reading and writing the state of a page.

use super::*;

fn berlin() -> SearchState {
    SearchState {
        q: "50% off & more: C++ für “große” Leute".into(),
        mode: "hybrid".into(),
        filters: vec!["city:Berlin".into(), "stage:A:B".into()],
        sort: None,
        like: Some("7/1".into()),
        limit: 30,
        from: 21,
        as_typed: true,
        explain: Some("7/1".into()),
        balance: Some("0.7".into()),
        unfinished: false,
        words_first: false,
        k1: Some("0.9".into()),
        b: Some("0.4".into()),
    }
}

#[test]
fn what_is_written_is_read_again() {
    let sorted = SearchState {
        sort: Some("-year".into()),
        ..SearchState::default().searching("*")
    };
    for state in [
        SearchState::default(),
        berlin(),
        berlin().without_like(),
        sorted,
    ] {
        let href = state.href("/c/startups");
        let query = href.strip_prefix("/c/startups").unwrap();
        assert_eq!(SearchState::read(query), state, "{href}");
    }
}

#[test]
fn defaults_stay_out_of_the_address() {
    assert_eq!(SearchState::default().href("/"), "/");
    let state = SearchState::default().searching("solar panels");
    assert_eq!(state.href("/"), "/?q=solar+panels");
}

#[test]
fn a_form_without_javascript_means_the_same() {
    let form = "q=+solar+panels+&mode=hybrid&filter=&filter=city%3ABerlin&like=";
    let state = SearchState::default()
        .searching("solar panels")
        .with_filter("city", "Berlin");
    assert_eq!(SearchState::read(form), state);
}

#[test]
fn a_balance_is_kept_where_there_are_two_to_weigh() {
    let read = |query| SearchState::read(query).balance;
    assert_eq!(read("q=x&mode=hybrid&balance=0.3").as_deref(), Some("0.3"));
    assert_eq!(read("q=x&mode=hybrid&balance=0.5"), None);
    assert_eq!(read("q=x&mode=text&balance=0.3"), None);
    assert_eq!(berlin().in_mode("neural").balance, None);
    assert_eq!(berlin().searching("tea").balance.as_deref(), Some("0.7"));
}

#[test]
fn rankings_are_compared_where_there_are_some() {
    let read = |query| SearchState::read(query).compares();
    assert!(read("q=milk&mode=compare"));
    assert!(read("q=milk&mode=compare&filter=city%3AOslo"));
    for other in [
        "q=milk",
        "q=*&mode=compare",
        "mode=compare&filter=city%3AOslo",
        "q=milk&mode=compare&like=7",
    ] {
        assert!(!read(other), "{other}");
    }
    let state = SearchState::read("q=milk&mode=compare&balance=0.3");
    assert_eq!(state.balance.as_deref(), Some("0.3"));
    assert_eq!(state.in_mode("hybrid").balance.as_deref(), Some("0.3"));
    assert_eq!(state.in_mode("text").balance, None);
    assert_eq!(state.href("/"), "/?q=milk&mode=compare&balance=0.3");
}

#[test]
fn k1_and_b_are_kept_where_words_count() {
    let read = |query| {
        let state = SearchState::read(query);
        (state.k1, state.b)
    };
    let both = (Some("0.9".to_owned()), Some("0.4".to_owned()));
    assert_eq!(read("q=x&mode=text&k1=0.9&b=0.4"), both);
    assert_eq!(read("q=x&mode=hybrid&k1=0.9&b=0.4"), both);
    assert_eq!(read("q=x&mode=text&k1=1.5&b=0.75"), (None, None));
    assert_eq!(read("q=x&mode=neural&k1=0.9&b=0.4"), (None, None));
    assert_eq!(berlin().in_mode("neural").k1, None);
    assert_eq!(berlin().without_like().in_mode("text").b, both.1);
}

#[test]
fn a_filter_or_an_order_alone_lists_records() {
    for (query, idle, lists) in [
        ("", true, true),
        ("q=+&filter=&sort=", true, true),
        ("q=*", false, true),
        ("filter=city%3ABerlin", false, true),
        ("sort=-year", false, true),
        ("q=milk&filter=city%3ABerlin", false, false),
        ("like=7", false, false),
    ] {
        let state = SearchState::read(query);
        assert_eq!((state.is_idle(), state.lists()), (idle, lists), "{query}");
    }
}

#[test]
fn an_order_is_kept_where_there_is_one_to_choose() {
    let read = |query| SearchState::read(query).sort;
    assert_eq!(read("q=milk&mode=text&sort=year").as_deref(), Some("year"));
    assert_eq!(read("q=*&sort=year").as_deref(), Some("year"));
    assert_eq!(read("q=milk&sort=year"), None);
    let sorted = SearchState::read("q=milk&mode=text&sort=year");
    assert_eq!(sorted.in_mode("neural").sort, None);
    assert_eq!(sorted.searching("tea").sort.as_deref(), Some("year"));
    assert_eq!(sorted.similar_to("7").sort, None);
}

#[test]
fn a_word_may_be_unfinished_while_a_query_is_typed() {
    let typing = SearchState::read("q=solar+pan&prefix=true");
    assert!(typing.unfinished && typing.can_show_words_first());
    assert_eq!(typing.href("/"), "/?q=solar+pan&prefix=true");
    assert!(!typing.searching("solar panels").unfinished);
    for nothing_typed in ["prefix=true", "q=*&prefix=true", "q=x&like=7&prefix=true"] {
        assert!(
            !SearchState::read(nothing_typed).unfinished,
            "{nothing_typed}"
        );
    }
    assert!(!SearchState::read("q=x&mode=text&prefix=true").asks_for_meaning());
    let other = SearchState::read("q=x&mode=other");
    assert!(other.asks_for_meaning() && !other.can_show_words_first());
}

#[test]
fn an_answer_by_words_alone_links_to_the_search_itself() {
    let first = SearchState::read("q=solar").by_words_first();
    assert_eq!(first.href("/"), "/?q=solar");
    assert_eq!(first.whole(), SearchState::read("q=solar"));
    assert!(!first.with_filter("city", "Oslo").words_first);
}

#[test]
fn nothing_typed_is_decoded_twice() {
    assert_eq!(SearchState::read("q=%2541+100%25").q, "%41 100%");
}

#[test]
fn what_the_engine_must_judge_is_passed_on() {
    let state = SearchState::read("q=x&mode=psychic&filter=town&limit=5000");
    assert_eq!(state.mode, "psychic");
    assert_eq!(state.filters, ["town"]);
    assert_eq!(state.limit, 5000);
    assert_eq!(state.more(), None);
}

#[test]
fn a_change_of_the_question_starts_at_the_first_page() {
    let state = berlin();
    for changed in [
        state.in_mode("text"),
        state.searching("tea"),
        state.similar_to("9"),
        state.without_filters(),
        state.with_filter("city", "Oslo"),
    ] {
        assert_eq!((changed.from, changed.limit), (1, PAGE));
    }
    assert_eq!(state.in_mode("text").q, state.q);
    assert_eq!(state.similar_to("9").q, state.q);
    assert_eq!(state.searching("tea").like, None);
}

#[test]
fn a_field_has_one_condition_and_a_value_may_hold_colons() {
    let state = berlin().with_filter("city", "Oslo");
    assert_eq!(state.selected("city"), ["Oslo"]);
    assert!(state.chooses("stage", "A:B"));
    assert_eq!(state.filters.len(), 2);
    assert_eq!(state.without_filter("stage:A:B").filters, ["city:Oslo"]);
}

#[test]
fn values_chosen_in_a_form_are_alternatives() {
    let form = "pick=city%3ABerlin&min.year=1990&pick=city%3AS%C3%A3o+Paulo&max.year=\
                &pick=-city%3AOslo&max.price=9.5&pick=a%5C%3Ab%3Ac%5C%7Cd";
    let filters = SearchState::read(form).filters;
    assert_eq!(
        filters,
        [
            "city:Berlin|São Paulo",
            "year:1990..",
            "price:..9.5",
            r"a\:b:c\|d"
        ]
    );
    let state = SearchState {
        filters,
        ..SearchState::default()
    };
    assert_eq!(
        SearchState::read(state.href("/").trim_start_matches('/')),
        state
    );
    assert_eq!(state.selected("city"), ["Berlin", "São Paulo"]);
    assert_eq!(state.selected("a:b"), ["c|d"]);
    assert_eq!(state.range("year"), ("1990".into(), String::new()));
    assert_eq!(state.range("price"), (String::new(), "9.5".into()));
    assert_eq!(state.range("city"), (String::new(), String::new()));
}

#[test]
fn a_value_is_added_and_removed() {
    let state = SearchState::default()
        .toggled("city", "Berlin")
        .toggled("city", "a|b");
    assert_eq!(state.filters, [r"city:Berlin|a\|b"]);
    let state = state.toggled("stage", "Seed").toggled("city", "Berlin");
    assert_eq!(state.filters, [r"city:a\|b", "stage:Seed"]);
    assert_eq!(state.toggled("city", "a|b").filters, ["stage:Seed"]);
    let other = SearchState::read("filter=-city:Oslo&filter=city:*");
    assert_eq!(other.toggled("city", "Berlin").filters.len(), 3);
    assert_eq!(other.selected("city"), Vec::<String>::new());
}

#[test]
fn ends_of_ranges_are_read_as_they_are_typed() {
    let read = |text| ends(text).map(|(least, most)| format!("{least} {most}"));
    for (text, found) in [
        ("1990..1999", Some("1990 1999")),
        ("2024-05-01..", Some("2024-05-01 ")),
        ("..-1.5e3", Some(" -1.5e3")),
        (">=7", Some("7 ")),
        ("<=7", Some(" 7")),
        ("7", Some("7 7")),
        ("..", None),
        (">7", None),
        ("A..B", None),
        ("Berlin", None),
    ] {
        assert_eq!(read(text).as_deref(), found, "{text}");
    }
}

#[test]
fn a_page_leads_to_what_is_before_and_after_it() {
    let page = |from, limit| SearchState {
        from,
        limit,
        ..SearchState::default().searching("milk")
    };
    let seen = |state: Option<SearchState>| state.map(|state| (state.from, state.limit));
    assert_eq!(page(1, 10).href("/"), "/?q=milk");
    assert_eq!(page(21, 10).href("/"), "/?q=milk&from=21");
    assert_eq!(seen(page(1, 10).earlier()), None);
    assert_eq!(seen(page(21, 10).earlier()), Some((11, 20)));
    assert_eq!(seen(page(5, 10).earlier()), Some((1, 14)));
    assert_eq!(seen(page(21, 95).earlier()), Some((11, 10)));
    assert_eq!(seen(page(981, 10).more()), Some((981, 20)));
    assert_eq!(seen(page(981, 20).more()), None);
    assert_eq!(seen(page(1, 10).at(996)), Some((996, 5)));
    assert_eq!(seen(page(1, 10).at(1_001)), None);
    assert_eq!(SearchState::read("q=x&from=0").from, 1);
}

#[test]
fn more_goes_on_to_the_most_and_no_further() {
    let mut state = SearchState::default();
    let mut pages = 1;
    while let Some(more) = state.more() {
        state = more;
        pages += 1;
    }
    assert_eq!((state.limit, pages), (MOST, 10));
}
