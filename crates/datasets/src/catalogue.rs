//! The registered data sets: what they are, their files, digests and mirrors.

/// A registered data set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CatalogueEntry {
    /// Key in a spec, in snake case.
    pub name: &'static str,
    /// Name in running text.
    pub title: &'static str,
    /// What the set is, in one line.
    pub one_line: &'static str,
    /// Shape of one sample; empty where the options decide.
    pub input_shape: &'static [usize],
    /// Names of the classes; empty where the options or the file decide.
    pub class_names: &'static [&'static str],
    /// Samples of training, validation and test part with default options; `None` where the file decides.
    pub n_samples: Option<[usize; 3]>,
    /// Who made the data and where they are published.
    pub source: &'static str,
    /// Licence of the data.
    pub licence: &'static str,
    /// The files it is read from; empty for embedded and generated sets and the user's own data.
    /// Four for image sets: training images, training labels, test images, test labels.
    pub files: &'static [RemoteFile],
    /// How to get files that no mirror serves; empty where there is a mirror.
    pub by_hand: &'static str,
}

/// A file that can be fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RemoteFile {
    /// Name of the published (gzip) file; the same name without `.gz` is the plain one.
    pub name: &'static str,
    /// Length of the published file in bytes, where known.
    pub n_bytes: Option<u64>,
    /// SHA-256 of the published file, hexadecimal, where known.
    pub sha256: Option<&'static str>,
    /// Length of the content after decompression, in bytes.
    pub n_content_bytes: u64,
    /// SHA-256 of the content after decompression, hexadecimal, where known. Where it is, it alone
    /// decides, so that files packed anew are recognised.
    pub content_sha256: Option<&'static str>,
    /// Addresses of folders that hold the file, each ending in `/`, in the order to try.
    pub mirrors: &'static [&'static str],
}

impl CatalogueEntry {
    /// Names of folders in which the files are looked for, below a data folder.
    pub fn folder_names(&self) -> [String; 2] {
        [self.name.replace('_', "-"), self.name.to_owned()]
    }

    /// What to do where files are missing.
    pub(crate) fn remedy(&self) -> String {
        if self.by_hand.is_empty() {
            format!(
                "run `apical data fetch {}`, or name their folder with `--data-dir`",
                self.name
            )
        } else {
            self.by_hand.to_owned()
        }
    }
}

impl RemoteFile {
    /// Addresses of the file, in the order to try.
    pub fn urls(&self) -> Vec<String> {
        self.mirrors
            .iter()
            .map(|mirror| format!("{mirror}{}", self.name))
            .collect()
    }

    /// Name of the decompressed file.
    pub fn plain_name(&self) -> &'static str {
        self.name.strip_suffix(".gz").unwrap_or(self.name)
    }
}

/// All registered data sets, in the order of listings.
pub fn catalogue() -> &'static [CatalogueEntry] {
    &CATALOGUE
}

/// The data set called `name`; hyphens count as underscores.
pub fn catalogue_entry(name: &str) -> Option<&'static CatalogueEntry> {
    let name = name.replace('-', "_");
    CATALOGUE.iter().find(|entry| entry.name == name)
}

const TEN_DIGITS: &[&str] = &["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

static CATALOGUE: [CatalogueEntry; 9] = [
    CatalogueEntry {
        name: "digits",
        title: "Digits",
        one_line: "handwritten digits of 8 x 8 pixels, embedded; 1297/250/250",
        input_shape: &[8, 8],
        class_names: TEN_DIGITS,
        n_samples: Some([1297, 250, 250]),
        source: "E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, test part, UCI Machine Learning Repository, doi:10.24432/C50P49; in the form distributed with scikit-learn",
        licence: "CC BY 4.0",
        files: &[],
        by_hand: "",
    },
    CatalogueEntry {
        name: "yin_yang",
        title: "Yin-Yang",
        one_line: "points in the yin-yang figure, three classes, generated; 5000/1000/1000",
        input_shape: &[4],
        class_names: &["yin", "yang", "dot"],
        n_samples: Some([5000, 1000, 1000]),
        source: "generated; definition of L. Kriener, J. Göltz and M. A. Petrovici, The Yin-Yang dataset, doi:10.1145/3517343.3517380",
        licence: "none needed (generated)",
        files: &[],
        by_hand: "",
    },
    CatalogueEntry {
        name: "mnist",
        title: "MNIST",
        one_line: "handwritten digits of 28 x 28 pixels; 55000/5000/10000",
        input_shape: &[28, 28],
        class_names: TEN_DIGITS,
        n_samples: Some([55_000, 5000, 10_000]),
        source: "Y. LeCun, C. Cortes and C. J. C. Burges, The MNIST database of handwritten digits",
        licence: "CC BY-SA 3.0 by a notice on copies; fetched, not embedded",
        files: &MNIST_FILES,
        by_hand: "",
    },
    CatalogueEntry {
        name: "fashion_mnist",
        title: "Fashion-MNIST",
        one_line: "pictures of clothing of 28 x 28 pixels; 55000/5000/10000",
        input_shape: &[28, 28],
        class_names: &[
            "T-shirt/top",
            "trouser",
            "pullover",
            "dress",
            "coat",
            "sandal",
            "shirt",
            "sneaker",
            "bag",
            "ankle boot",
        ],
        n_samples: Some([55_000, 5000, 10_000]),
        source: "H. Xiao, K. Rasul and R. Vollgraf, Fashion-MNIST, arXiv:1708.07747",
        licence: "MIT",
        files: &FASHION_FILES,
        by_hand: "",
    },
    CatalogueEntry {
        name: "kmnist",
        title: "Kuzushiji-MNIST",
        one_line: "cursive Japanese characters of 28 x 28 pixels; 55000/5000/10000",
        input_shape: &[28, 28],
        class_names: &["o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"],
        n_samples: Some([55_000, 5000, 10_000]),
        source: "T. Clanuwat and others, Deep Learning for Classical Japanese Literature, arXiv:1812.01718; ROIS-DS Center for Open Data in the Humanities",
        licence: "CC BY-SA 4.0",
        files: &KMNIST_FILES,
        by_hand: "",
    },
    CatalogueEntry {
        name: "emnist_digits",
        title: "EMNIST Digits",
        one_line: "handwritten digits of 28 x 28 pixels, turned upright; 235000/5000/40000",
        input_shape: &[28, 28],
        class_names: TEN_DIGITS,
        n_samples: Some([235_000, 5000, 40_000]),
        source: "G. Cohen, S. Afshar, J. Tapson and A. van Schaik, EMNIST, arXiv:1702.05373; from NIST Special Database 19",
        licence: "none stated; made from a database of a US government agency",
        files: &EMNIST_FILES,
        by_hand: "no mirror serves the files one by one: download the EMNIST archive `gzip.zip` from NIST (https://www.nist.gov/itl/products-and-services/emnist-dataset) and put the four files `emnist-digits-*` of its folder `gzip` into `emnist-digits/` below a data folder",
    },
    CatalogueEntry {
        name: "teacher_student",
        title: "Teacher-student",
        one_line: "regression on a random teacher network of any sizes, generated",
        input_shape: &[],
        class_names: &[],
        n_samples: Some([10_000, 1000, 1000]),
        source: "generated; J. Sacramento, R. Ponte Costa, Y. Bengio and W. Senn (2018), Fig. 2",
        licence: "none needed (generated)",
        files: &[],
        by_hand: "",
    },
    CatalogueEntry {
        name: "csv",
        title: "CSV file",
        one_line: "the user's own table: numbers and a label column",
        input_shape: &[],
        class_names: &[],
        n_samples: None,
        source: "the user's file",
        licence: "as the user's file",
        files: &[],
        by_hand: "",
    },
    CatalogueEntry {
        name: "npz",
        title: "NPZ or NPY files",
        one_line: "the user's own NumPy arrays `x` and `y`, classification or regression",
        input_shape: &[],
        class_names: &[],
        n_samples: None,
        source: "the user's file",
        licence: "as the user's file",
        files: &[],
        by_hand: "",
    },
];

const MNIST_MIRRORS: &[&str] = &[
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
];

const FASHION_MIRRORS: &[&str] = &[
    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
];

const KMNIST_MIRRORS: &[&str] = &[
    "https://codh.rois.ac.jp/kmnist/dataset/kmnist/",
    "http://codh.rois.ac.jp/kmnist/dataset/kmnist/",
];

/// Content lengths of 60 000 images, their labels, 10 000 images and their labels.
const SIXTY_AND_TEN: [u64; 4] = [47_040_016, 60_008, 7_840_016, 10_008];

static MNIST_FILES: [RemoteFile; 4] = [
    RemoteFile {
        name: "train-images-idx3-ubyte.gz",
        n_bytes: Some(9_912_422),
        sha256: Some("440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"),
        n_content_bytes: SIXTY_AND_TEN[0],
        content_sha256: Some("ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"),
        mirrors: MNIST_MIRRORS,
    },
    RemoteFile {
        name: "train-labels-idx1-ubyte.gz",
        n_bytes: Some(28_881),
        sha256: Some("3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
        n_content_bytes: SIXTY_AND_TEN[1],
        content_sha256: Some("65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"),
        mirrors: MNIST_MIRRORS,
    },
    RemoteFile {
        name: "t10k-images-idx3-ubyte.gz",
        n_bytes: Some(1_648_877),
        sha256: Some("8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"),
        n_content_bytes: SIXTY_AND_TEN[2],
        content_sha256: Some("0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"),
        mirrors: MNIST_MIRRORS,
    },
    RemoteFile {
        name: "t10k-labels-idx1-ubyte.gz",
        n_bytes: Some(4542),
        sha256: Some("f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"),
        n_content_bytes: SIXTY_AND_TEN[3],
        content_sha256: Some("ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"),
        mirrors: MNIST_MIRRORS,
    },
];

static FASHION_FILES: [RemoteFile; 4] = [
    RemoteFile {
        name: "train-images-idx3-ubyte.gz",
        n_bytes: Some(26_421_880),
        sha256: Some("3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"),
        n_content_bytes: SIXTY_AND_TEN[0],
        content_sha256: Some("c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888"),
        mirrors: FASHION_MIRRORS,
    },
    RemoteFile {
        name: "train-labels-idx1-ubyte.gz",
        n_bytes: Some(29_515),
        sha256: Some("a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"),
        n_content_bytes: SIXTY_AND_TEN[1],
        content_sha256: Some("bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"),
        mirrors: FASHION_MIRRORS,
    },
    RemoteFile {
        name: "t10k-images-idx3-ubyte.gz",
        n_bytes: Some(4_422_102),
        sha256: Some("346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"),
        n_content_bytes: SIXTY_AND_TEN[2],
        content_sha256: Some("5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b"),
        mirrors: FASHION_MIRRORS,
    },
    RemoteFile {
        name: "t10k-labels-idx1-ubyte.gz",
        n_bytes: Some(5148),
        sha256: Some("67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"),
        n_content_bytes: SIXTY_AND_TEN[3],
        content_sha256: Some("0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"),
        mirrors: FASHION_MIRRORS,
    },
];

static KMNIST_FILES: [RemoteFile; 4] = [
    RemoteFile {
        name: "train-images-idx3-ubyte.gz",
        n_bytes: Some(18_165_135),
        sha256: Some("51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4"),
        n_content_bytes: SIXTY_AND_TEN[0],
        content_sha256: None,
        mirrors: KMNIST_MIRRORS,
    },
    RemoteFile {
        name: "train-labels-idx1-ubyte.gz",
        n_bytes: Some(29_497),
        sha256: Some("e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17"),
        n_content_bytes: SIXTY_AND_TEN[1],
        content_sha256: None,
        mirrors: KMNIST_MIRRORS,
    },
    RemoteFile {
        name: "t10k-images-idx3-ubyte.gz",
        n_bytes: Some(3_041_136),
        sha256: Some("edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5"),
        n_content_bytes: SIXTY_AND_TEN[2],
        content_sha256: None,
        mirrors: KMNIST_MIRRORS,
    },
    RemoteFile {
        name: "t10k-labels-idx1-ubyte.gz",
        n_bytes: Some(5120),
        sha256: Some("20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c"),
        n_content_bytes: SIXTY_AND_TEN[3],
        content_sha256: None,
        mirrors: KMNIST_MIRRORS,
    },
];

static EMNIST_FILES: [RemoteFile; 4] = [
    emnist_file("emnist-digits-train-images-idx3-ubyte.gz", 188_160_016),
    emnist_file("emnist-digits-train-labels-idx1-ubyte.gz", 240_008),
    emnist_file("emnist-digits-test-images-idx3-ubyte.gz", 31_360_016),
    emnist_file("emnist-digits-test-labels-idx1-ubyte.gz", 40_008),
];

const fn emnist_file(name: &'static str, n_content_bytes: u64) -> RemoteFile {
    RemoteFile {
        name,
        n_bytes: None,
        sha256: None,
        n_content_bytes,
        content_sha256: None,
        mirrors: &[],
    }
}
