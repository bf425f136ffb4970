namespace Anneal.Pipeline.Preflight.Data;

/// <summary>A class, or a label that rows may have.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Train">Its rows among those to train on.</param>
/// <param name="Validation">Among those to validate on.</param>
/// <param name="Test">Among those to test on.</param>
internal sealed record ClassReport(string Name, int Train, int Validation, int Test);
