namespace Anneal.Pipeline.Config.Options;

internal enum MomentumKind
{
    Velocity,
    Average,
    LookAhead,
}
