namespace Anneal.Pipeline.Config.Options;

internal enum InitKind
{
    Auto,
    HeNormal,
    HeUniform,
    GlorotNormal,
    GlorotUniform,
    LecunNormal,
    LecunUniform,
    Zeros,
}
