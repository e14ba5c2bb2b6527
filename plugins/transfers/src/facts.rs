//! The facts that this probe states.

probe_sdk::facts! {
    PUSH = name::USE_PUSH: Text, "push", shown(80, "push"), compared(310, Sometimes, FOLDER);
    PULL = name::USE_PULL: Text, "pull", shown(90, "pull"), compared(320, Sometimes, FOLDER);
    TWO_WAY_SYNC = name::USE_TWO_WAY_SYNC: Text, "two-way sync", shown(100, "two-way"), compared(330, Sometimes, FOLDER);
    MOUNT = name::USE_MOUNT: Text, "mount", shown(110, "mount"), compared(340, Sometimes, FOLDER);
    UPLOAD = "writes.upload": Text, "uploading a file";
    OVERWRITE = "writes.overwrite": Text, "uploading over a file that is there";
    LARGE_UPLOAD = "writes.large-upload": Text, "uploading a longer file";
    EMPTY_UPLOAD = "writes.empty-upload": Text, "uploading an empty file";
    RESUME_UPLOAD = "writes.resume-upload": Text, "resuming an upload";
    DOWNLOAD = "writes.download": Text, "downloading a file";
    RESUME_DOWNLOAD = "writes.resume-download": Text, "reading a file from its middle on";
    LISTED = "writes.listed": Text, "uploaded files in listings";
    STAYS = "writes.stays": Text, "uploaded files staying there";
    DELETE = "writes.delete": Text, "deleting a file";
    RENAME = "writes.rename": Text, "renaming a file";
    RENAME_OVER = "writes.rename-over-existing": Text, "renaming onto an existing file";
    MAKE_DIRECTORY = "writes.make-directory": Text, "making a directory";
    ENTER_DIRECTORY = "writes.enter-directory": Text, "entering a directory";
    REMOVE_DIRECTORY = "writes.remove-directory": Text, "removing a directory";
    READ_TIMES = "writes.read-times": Text, "reading the time of a file";
    SET_TIMES = "writes.set-times": Text, "setting the time of a file";
    TIME_SET_BY = "writes.time-set-by": Text, "command that sets the time of a file";
    TIME_SHOWN_SHIFTED_S = "writes.time-shown-shifted-s": Integer, "shift of the times that are shown, in seconds";
    CLOCK_OFFSET_S = "writes.clock-offset-s": Integer, "offset of the server's clock, in seconds";
    UPLOAD_VANISHES = "writes.upload-vanishes": Flag, "whether uploaded files disappear";
    NAME_RULE = "writes.name-rule": Text, "the server's rule for file names";
    FURTHER_SESSIONS = "writes.further-sessions": Integer, "sessions that were opened anew";
    + probe_sdk::shared::REUSE_REQUIRED;
}
