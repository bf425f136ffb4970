using Anneal.Onnx;

namespace Anneal.Trainer.Data;

/// <summary>Where rows come from.</summary>
public abstract record DataSource
{
    /// <summary>Reads all rows.</summary>
    /// <param name="train">The training table when this is a file to test on: its classes are the only ones.</param>
    /// <returns>The table.</returns>
    /// <exception cref="AnnealException">The file is damaged or does not hold what is described; the message names file, row and column.</exception>
    public abstract DataTable Load(DataTable? train = null);
}
