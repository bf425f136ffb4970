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
    Orthogonal,
    Normal,
    Uniform,
    Constant,
    Zeros,
}
