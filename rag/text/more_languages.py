"""Function words of languages that are searched with stop words and stems, and no more.

``code: (Snowball's algorithm, or empty where there is none; function words)``.
"""

from __future__ import annotations

FURTHER = {
    "sv": (
        "swedish",
        "och det att i en jag hon som han på den med var sig för så till är men ett om hade de av icke"
        " mig du henne då sin nu har inte hans honom skulle hennes där min man ej vid kunde något från ut"
        " när efter upp vi dem vara vad över än dig kan sina här ha mot alla under någon eller allt mycket"
        " sedan ju denna detta åt utan varit hur ingen mitt ni bli blev oss din dessa några deras blir mina"
        " samma vilken er sådan vår blivit dess inom mellan sådant varför varje vilka ditt vem vilket sitta"
        " sådana vart dina vars vårt våra ert era vilkas",
    ),
    "da": (
        "danish",
        "og i jeg det at en den til er som på de med han af for ikke der var mig sig men et har om vi min"
        " havde ham hun nu over da fra du ud sin dem os op man hans hvor eller hvad skal selv her alle vil"
        " blev kunne ind når være dog noget ville jo deres efter ned skulle denne end dette mit også under"
        " have dig anden hende mine alt meget sit sine vor mod disse hvis din nogle hos blive mange ad bliver"
        " hendes været thi jer sådan hvem hvorfor hvilken hvilke hvilket hvornår hvordan",
    ),
    "no": (
        "norwegian",
        "og i jeg det at en et den til er som på de med han av ikke ikkje der så var meg seg men ett har om vi"
        " min mitt ha hadde hun nå over da ved fra du ut sin dem oss opp man kan hans hvor eller hva skal selv"
        " sjøl her alle vil bli ble blei blitt kunne inn når være kom noen noe ville dere som deres kun ja"
        " etter ned skulle denne for deg si sine sitt mot å meget hvorfor dette disse uten hvordan ingen din"
        " ditt blir samme hvilken hvilke sånn inni mellom vår hver hvem vors hvis både bare enn fordi før"
        " mange også slik vært begge siden henne hennar hennes",
    ),
    "fi": (
        "finnish",
        "olla olen olet on olemme olette ovat ole oli olisi olisit olisin olisimme olisitte olisivat olit olin"
        " olimme olitte olivat ollut olleet en et ei emme ette eivät minä minun minut minua sinä sinun sinut"
        " hän hänen hänet häntä me meidän meitä te teidän teitä he heidän heitä tämä tämän tätä tässä tästä"
        " tuo tuon tuota se sen sitä siinä siitä siihen nämä näiden nuo ne niiden niitä kuka kenen ketä mikä"
        " minkä mitä missä mistä mihin milloin miksi miten joka jonka jota jossa josta johon jotka joiden"
        " että ja jos koska kuin mutta niin sekä sillä tai vaan vai vaikka kanssa mukaan noin poikki yli kun"
        " nyt itse montako kuinka paljon",
    ),
    "ro": (
        "romanian",
        "a ai al ale alea am ar are as asta astea au avea avem aveți azi ca că care cărei căror cărui ce cea"
        " ceea cei cel cele celor cine cât câte câți către cu cum da dacă dar de deci decât din dintr dintre"
        " doar după ea ei el ele era erau este eu fi fie fiecare fost fără iar îi îl îmi în înainte între își"
        " îți la le li lor lui mai mult multe mulți ne nici nimic noi nostru nu o ori pe pentru peste prin"
        " puțin sa să sau se si și sub sunt spre te toată toate tot toți tu un una unde unei unele unor unu"
        " unui voi vă care când ce fel această acest aceasta acestea acesta acești acel aceea acele acea",
    ),
    "tr": (
        "turkish",
        "acaba ama ancak aslında az bana bazı belki ben beni benim bile bir biri birkaç birşey biz bize bizi"
        " bizim bu buna bunda bundan bunlar bunları bunların bunu bunun burada çok çünkü da daha de defa"
        " değil diye diğer dolayı en gibi göre hangi hangisi hem hep hepsi her hiç için ile ilgili ise işte"
        " kadar karşı kendi kez ki kim kime kimin kimse mi mı mu mü nasıl ne neden nedir nerede nereye niçin"
        " niye o olan olarak oldu olduğu olmak olması ona ondan onlar onları onların onu onun orada oysa öyle"
        " pek rağmen sadece sanki sen seni senin siz sizin sonra şey şu tarafından tüm üzere var vardı ve"
        " veya ya yani yerine yok zaten kaç hangi olarak edilen edildi",
    ),
    "hu": (
        "hungarian",
        "a ahogy ahol aki akik akkor alatt által általában amely amelyek amelyekben amelyeket amelyet amelynek"
        " ami amit amolyan amíg amikor át abban ahhoz annak arra arról az azok azon azt aztán azután azonban"
        " bár be belül benne cikk csak de e eddig egész egy egyes egyetlen egyéb egyik el elég ellen elő"
        " először előtt első én éppen ebben ehhez emilyen ennek erre ez ezt ezek ezen ezzel ezért és fel felé"
        " hanem hiszen hogy hogyan igen így illetve ill is ison itt jó jobban kell kellett keresztül ki kívül"
        " között közül legalább legyen lehet lehetett lenne lenni lesz lett maga magát majd már más másik meg"
        " még mellett mert mely melyek mi mit míg miért milyen mikor minden mindenki mindig mint mintha mivel"
        " most nagy nagyobb nagyon ne néha néhány nem nincs olyan ott össze ő ők pedig persze rá s saját sem"
        " semmi sok sokat sokkal számára szemben szerint szinte talán tehát teljes tovább továbbá több úgy"
        " ugyanis új újra után utána utolsó vagy vagyis valaki valami valamint való vagyok van vannak volt"
        " voltam voltak vissza vele viszont volna hol ki kik hány mennyi",
    ),
    "pl": (
        "polish",
        "a aby ale bardzo bez bo być był była było były będzie co czy dla do gdy gdzie go i ich ile im"
        " inne iż ja jak jaka jaki jakie jako je jego jej jest jeszcze jeśli już kiedy kto która które którego"
        " której który których którym którzy lub ma mają może na nad nam nas nie nich nie o od on ona one oni"
        " oraz po pod ponieważ przed przez przy są się ta tak także tam te tego tej ten to tu ty tych tylko"
        " tym u w we wszystko z za ze został została zostało że",
    ),
    "cs": (
        "czech",
        "a aby aj ale ani asi až bez bude budou by byl byla byli bylo být co což či do dnes ho i ja jak jako"
        " je jeho jej její jejich jen ještě již jsem jsi jsme jsou jste k kam každý kde kdo když ke která"
        " které kterého který kteří ku má mají mezi mi mít mne mu my na nad nám nás ne nebo není než nic o od"
        " on ona oni ono pak po pod podle pokud pouze pro proč protože první před při s se si své svůj ta tak"
        " také tam te tedy ten tento teto tím to tom tomto tu ty u už v ve více však všechny z za ze že kolik",
    ),
    "ru": (
        "russian",
        "и в во не что он на я с со как а то все она так его но да ты к у же вы за бы по только ее мне было"
        " вот от меня еще нет о из ему теперь когда даже ну ли если уже или ни быть был него до вас"
        " нибудь опять уж вам ведь там потом себя ничего ей может они тут где есть надо ней для мы тебя их"
        " чем была сам чтоб без будто чего раз тоже себе под будет ж тогда кто этот того потому этого какой"
        " какая какие каком совсем ним здесь этом один почти мой тем чтобы нее сейчас были куда зачем всех"
        " никогда можно при наконец два об другой хоть после над больше тот через эти нас про всего них"
        " много разве три эту моя впрочем свою этой перед иногда лучше чуть том нельзя такой им более всегда"
        " конечно всю между который которая которое которые сколько",
    ),
    "uk": (
        "",
        "і й та в у на з із зі до за від для що як це не а але або чи є був була було були бути він вона воно"
        " вони його її їх я ти ми ви мене тебе нас вас який яка яке які коли де хто чому скільки при про по"
        " під над між через також тільки ще вже так ні цей ця ці той те",
    ),
    "el": (
        "greek",
        "ο η το οι τα του της των τον την τους τις στο στη στην στον στα στις στους και κι να θα δεν δε μη μην"
        " με σε από για ως αν ή αλλά που πως πώς ποιος ποια ποιο ποιοι ποιες τι πού πότε πόσο πόσα πόσοι γιατί"
        " όταν όπως όπου είναι ήταν έχει έχουν είχε είχαν αυτό αυτή αυτός αυτά αυτές αυτοί αυτών ένα ένας μια"
        " μία κάθε μετά πριν κατά προς μέχρι επίσης όμως επειδή ότι ό,τι μου σου μας σας πιο πολύ",
    ),
    "ar": (
        "arabic",
        "في من على إلى الى عن مع هذا هذه ذلك تلك التي الذي الذين ما ماذا متى أين كيف لماذا كم هل أي أو و ثم"
        " كان كانت يكون تكون هو هي هم أن إن لا لم لن قد كل بعد قبل بين عند حتى منذ خلال حيث كما أيضا بعض غير"
        " له لها لهم به بها فيه فيها عليه عليها منه منها وقد وكان وهو وهي التى الذى ذات دون",
    ),
    "hi": (
        "hindi",
        "का की के को में से पर है हैं था थी थे और या यह ये वह वे इस इन उस उन जो जिस जिन क्या कब कहाँ कैसे क्यों"
        " कौन किस किन कितने कितनी कितना ने भी ही तो कि एक नहीं न हो होता होती होते हुआ हुई हुए कर करने किया"
        " गया गई गए रहा रही रहे लिए साथ तक बाद द्वारा अपने अपनी अपना कुछ सब बहुत जब तब वाले वाली वाला",
    ),
    "id": (
        "indonesian",
        "yang di dan itu dengan untuk tidak ini dari dalam akan pada juga saya ke karena tersebut bisa ada"
        " mereka lebih kata tahun sudah atau saat oleh menjadi orang ia telah adalah seperti sebagai bahwa"
        " dapat para harus namun kita dua satu masih hari hanya mengatakan kepada kami setelah melakukan lalu"
        " belum lain dia kalau terjadi banyak menurut anda hingga tak baru beberapa ketika saja jalan"
        " sekitar secara dilakukan sementara tapi sangat hal sehingga seorang bagi besar lagi selama antara"
        " waktu sebuah jika sampai jadi terhadap apa siapa mana kapan mengapa bagaimana berapa",
    ),
    "vi": (
        "",
        "và của là có được cho trong các những một với không người này đã từ khi đến như để về vào ra thì mà"
        " cũng nhiều ở tại bởi vì nên hay hoặc đó đây nào gì ai đâu sao thế bao nhiêu mấy sẽ đang rất lại theo"
        " trên dưới sau trước giữa nếu nhưng do bị cái con sự việc",
    ),
    "ca": (
        "catalan",
        "el la els les un una uns unes de del dels d a al als en i o però que què qui quin quina quins quines"
        " quan on com per perquè amb sense sobre entre fins és són era eren ser estar ha han havia no sí més"
        " menys molt molta tot tota tots totes aquest aquesta aquests aquestes aquell aquella això allò el seu"
        " la seva els seus les seves jo tu ell ella nosaltres vosaltres ells elles em et es ens us li quant",
    ),
}
"""By ISO 639-1 code."""
