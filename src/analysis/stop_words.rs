//! The stop words of each language: articles, prepositions, conjunctions, pronouns and forms of
//! "to be", which are in most texts and mean nothing by themselves.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::Language;
use super::fold::fold;

/// The stop words of a language, folded like the words of a text.
pub fn stop_words(language: Language) -> &'static HashSet<String> {
    static ALL: LazyLock<Vec<HashSet<String>>> = LazyLock::new(|| {
        let folded = |&language: &Language| match language {
            // Without its accents, a Vietnamese word is a different one: "của" means "of", "cua"
            // a crab.
            Language::Vietnamese => HashSet::new(),
            _ => listed(language).map(fold).collect(),
        };
        Language::ALL.iter().map(folded).collect()
    });
    static NONE: LazyLock<HashSet<String>> = LazyLock::new(HashSet::new);
    let at = Language::ALL.iter().position(|&known| known == language);
    at.and_then(|at| ALL.get(at)).unwrap_or(&NONE)
}

/// The stop words of a language as written.
pub fn listed(language: Language) -> impl Iterator<Item = &'static str> {
    list(language).split_ascii_whitespace()
}

fn list(language: Language) -> &'static str {
    match language {
        // The 33 of Lucene's English analyser.
        Language::English => {
            "a an and are as at be but by for if in into is it no not of on or such that the \
             their then there these they this to was will with"
        }
        Language::Arabic => {
            "في من إلى على عن مع أن إن كان كانت هو هي هم هذا هذه ذلك تلك التي الذي الذين ما لا \
             لم لن قد ثم أو أم بين كل بعد قبل عند حتى إذا كما وهو وهي"
        }
        Language::Armenian => {
            "և ու է են եմ էր որ որը այս այդ այն նա մի ի կամ բայց համար մեջ իր հետ"
        }
        Language::Basque => {
            "eta edo baina da dira du dute zen ere ez bai hau hori bat baino gero bezala"
        }
        Language::Catalan => {
            "el la els les un una uns unes de del dels al als a en amb per i o que és són va \
             no es se pel com més ho hi aquest aquesta però"
        }
        Language::Czech => {
            "a i o u v ve z ze k ke s se si na do od po pro při za že je jsou byl byla bylo \
             být ale nebo jako ten ta to který která které není by aby"
        }
        Language::Danish => {
            "og i på til af en et den det de der som er var med for at fra om ikke men har han \
             hun jeg vi eller efter ved sig hvad nogle blev"
        }
        Language::Dutch => {
            "de het een en van in op te dat die is was voor met aan er niet zijn als om ook \
             naar bij door over uit maar of deze dit wordt ze hij"
        }
        Language::Estonian => {
            "ja on ei ka kui et see oli ta või mis oma ning aga seda kes selle siis"
        }
        Language::Finnish => {
            "ja on ei että se oli hän mutta tai kun jos myös ovat olla joka jotka sekä niin \
             kuin ne tämä nämä"
        }
        Language::French => {
            "le la les un une des de du au aux à et ou où en dans par pour sur avec sans sous \
             que qui ne pas ce cet cette ces se sa son ses est sont il elle ils elles nous \
             vous je tu leur leurs mais plus"
        }
        Language::German => {
            "der die das den dem des ein eine einer eines einem einen und oder aber in im an \
             am auf aus bei mit nach von vom zu zum zur für über unter ist sind war waren \
             nicht es er sie wir ich als auch wie dass sich durch"
        }
        Language::Greek => {
            "ο η το οι τα του της των τον την τους τις και ή σε στο στη στην στον στα από με \
             για που να θα είναι ήταν δεν ως ένα ένας μια αλλά"
        }
        Language::Hebrew => {
            "של את על אל עם זה זו זאת הוא היא הם הן לא כי גם או אם אני אתה כל אבל היה בין"
        }
        Language::Hindi => {
            "का की के को में से पर ने और है हैं था थी थे यह वह ये वे एक भी तो ही या कि जो नहीं इस उस \
             लिए साथ"
        }
        Language::Hungarian => {
            "a az és egy hogy nem is van volt ez azt ezt de ha meg mint vagy csak már még ki \
             mi el lesz"
        }
        Language::Indonesian => {
            "yang dan di ke dari untuk dengan pada ini itu adalah tidak dalam oleh sebagai \
             atau juga akan telah ada karena"
        }
        Language::Irish => {
            "an na agus i ar le do de go ag is tá bhí ní sé sí siad a seo sin nó ach"
        }
        Language::Italian => {
            "il lo la i gli le un uno una di del dello della dei degli delle a al allo alla ai \
             alle da dal dalla in nel nella con su sul sulla per tra fra e ed o ma che chi non \
             si è sono come più"
        }
        Language::Japanese => "の に は を た が で て と し れ さ も へ や から まで です ます",
        Language::Korean => "및 그 이 저 것 수 등 또는 그리고",
        Language::Chinese => "的 了 和 是 在 也 与 及 着 就 都 而",
        Language::Lithuanian => {
            "ir yra kad į iš su ant bet ar kaip tai buvo jis ji per nuo už po prie taip pat"
        }
        Language::Nepali => "र को का की मा ले लाई छ छन् हो थियो यो त्यो पनि बाट भने गर्न",
        Language::Norwegian => {
            "og i på til av en et den det de der som er var med for at fra om ikke men har han \
             hun jeg vi eller etter ved seg hva noen ble å"
        }
        Language::Persian => {
            "و در به از که این آن را با است برای یک بر تا هم نیز یا اما بود شد می های"
        }
        Language::Polish => {
            "i w we z ze na do od po o u za dla przez przy nie że się jest są był była było \
             jak ale lub oraz to ten ta te który która które jego jej"
        }
        Language::Portuguese => {
            "o a os as um uma de do da dos das em no na nos nas por pelo pela para com e ou \
             mas que se não ao à aos é são foi como mais seu sua"
        }
        Language::Romanian => {
            "și în de la cu pe din pentru a al ale ai un o una care că nu este sunt era mai \
             sau dar prin se să lui ei"
        }
        Language::Russian => {
            "и в во не на с со к ко о об от до из за по для при что это как а но или же у он \
             она оно они мы вы я был была было были бы его ее их"
        }
        Language::Serbian => {
            "и у је на да се за од са су не као али или који која које то овај она он i u je \
             na da se za od sa su ne kao ali ili koji koja koje"
        }
        Language::Spanish => {
            "el la los las un una unos unas de del al a en por para con sin sobre y e o u que \
             se su sus no es son fue como más pero lo le les este esta"
        }
        Language::Swedish => {
            "och i på till av en ett den det de som är var med för att från om inte men har \
             han hon jag vi eller efter vid sig vad ska"
        }
        Language::Tamil => "ஒரு என்று மற்றும் இந்த அந்த இது அது என்ற உள்ள ஆனால் அவர் நான்",
        Language::Thai => "ที่ และ ใน ของ เป็น ได้ มี ไม่ จะ ให้ กับ ว่า การ ความ",
        Language::Turkish => {
            "ve ile bir bu şu o da de ki mi mı mu mü için gibi ama veya ya daha çok en ne değil \
             olarak olan var"
        }
        Language::Ukrainian => {
            "і й та в у не на з із до від за по для при що це як а але або ж він вона воно \
             вони ми ви я був була було були його її їх є"
        }
        Language::Vietnamese => {
            "và của là có trong cho được các những một với không này đó khi để từ đến ở về \
             cũng như"
        }
        Language::Yiddish => "און די דער דאָס אין פֿון איז אַ מיט אויף נישט צו האָט זיך",
        Language::Burmese | Language::Khmer | Language::Lao | Language::None => "",
    }
}
