//! Fashion-MNIST: pictures of clothing of 28×28 pixels.

use crate::image_set::N_CONTENT_BYTES;
use crate::{CatalogueEntry, DataKind, IdxSpec, RemoteFile};

/// Pictures of clothing of 28×28 pixels.
pub static KIND: DataKind<IdxSpec> = DataKind::new(CatalogueEntry {
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
    files: &FILES,
    by_hand: "",
});

const MIRRORS: &[&str] = &[
    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
];

static FILES: [RemoteFile; 4] = [
    RemoteFile {
        name: "train-images-idx3-ubyte.gz",
        n_bytes: Some(26_421_880),
        sha256: Some("3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"),
        n_content_bytes: N_CONTENT_BYTES[0],
        content_sha256: Some("c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888"),
        mirrors: MIRRORS,
    },
    RemoteFile {
        name: "train-labels-idx1-ubyte.gz",
        n_bytes: Some(29_515),
        sha256: Some("a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"),
        n_content_bytes: N_CONTENT_BYTES[1],
        content_sha256: Some("bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"),
        mirrors: MIRRORS,
    },
    RemoteFile {
        name: "t10k-images-idx3-ubyte.gz",
        n_bytes: Some(4_422_102),
        sha256: Some("346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"),
        n_content_bytes: N_CONTENT_BYTES[2],
        content_sha256: Some("5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b"),
        mirrors: MIRRORS,
    },
    RemoteFile {
        name: "t10k-labels-idx1-ubyte.gz",
        n_bytes: Some(5148),
        sha256: Some("67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"),
        n_content_bytes: N_CONTENT_BYTES[3],
        content_sha256: Some("0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"),
        mirrors: MIRRORS,
    },
];
