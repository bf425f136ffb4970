using System.Globalization;
using Anneal.Onnx;
using Anneal.Onnx.Tensors;
using Anneal.Trainer.Data.Augment;
using Anneal.Trainer.Data.Images;

namespace Anneal.Trainer.Data;

/// <summary>Images in class folders, in a folder or a zip; the folders' names are the classes, in the order of their characters.</summary>
/// <param name="Path">A folder or a zip.</param>
/// <param name="Folder">The folder of the class folders within it; empty for the top.</param>
/// <remarks>
/// The rows are uint8 [N, C, H, W], ordered by class and path whatever thread decodes which. Hidden files and directories are left out:
/// parts of a path that begin with a dot, <c>__MACOSX</c>, <c>Thumbs.db</c>, <c>desktop.ini</c>. A class is a folder with at least one file.
/// </remarks>
public sealed record ImageSource(string Path, string Folder = "") : DataSource
{
    private const int ShownFailures = 3;

    /// <summary>1 for grey, 3 for red, green and blue.</summary>
    public int Channels { get; init; } = 3;

    /// <summary>Height and width that every image is stretched to, in pixels; null to demand that all have the first one's.</summary>
    public (int Height, int Width)? Size { get; init; }

    /// <summary>Whether an image that cannot be decoded or has another size is left out with a warning; else it is an error.</summary>
    public bool SkipBad { get; init; }

    /// <summary>The shape of one row, from the first image that can be read.</summary>
    /// <returns>[C, H, W].</returns>
    /// <exception cref="AnnealException">There is no image to take it from.</exception>
    public IReadOnlyList<int> ReadShape()
    {
        using ImageFiles files = Open();
        (int height, int width) = Size ?? FirstSize(files);
        return [Channels, height, width];
    }

    /// <inheritdoc/>
    public override DataTable Load(DataTable? train = null)
    {
        using ImageFiles files = Open();
        string[] classNames = [.. train?.ClassNames ?? Enumerable.Range(0, files.Count).Select(files.Class).Distinct()];
        int[] classes = ClassesOf(files, classNames);
        (int height, int width) = SizeOf(train) ?? Size ?? FirstSize(files);
        var expected = new ImageShape(Channels, height, width);
        Tensor pixels = Allocate(files.Count, expected);
        bool[] isBad = new bool[files.Count];
        var sources = new ImageShape[files.Count];
        Parallel.For(
            0,
            files.Count,
            () => 0,
            (i, state, _) =>
            {
                (ImageShape Shape, ImageShape Source)? decoded = Decode(files, i, expected, pixels.Rows(i, 1).Bytes).Image;
                isBad[i] = decoded?.Shape != expected;
                sources[i] = decoded?.Source ?? default;
                if (isBad[i] && !SkipBad)
                {
                    state.Break();
                }

                return 0;
            },
            _ => Vips.ThreadShutdown());
        int[] bad = [.. Enumerable.Range(0, files.Count).Where(i => isBad[i])];
        if (bad.Length > 0 && !SkipBad)
        {
            throw Failure(files, bad[0], expected).In(files.Name(bad[0]));
        }

        int[] good = [.. Enumerable.Range(0, files.Count).Where(i => !isBad[i])];
        if (good.Length == 0)
        {
            throw AnnealException.BadData($"{Path}: none of {files.Count} images can be used: {files.Name(0)}: {Failure(files, 0, expected).Text}");
        }

        for (int to = bad.Length > 0 ? bad[0] : good.Length; to < good.Length; to++)
        {
            pixels.Rows(good[to], 1).CopyTo(pixels.Rows(to, 1));
        }

        Tensor target = Tensor.Vector<long>([.. good.Select(i => (long)classes[i])]);
        return new DataTable([new FeatureColumn(ArraySource.InputName, null, pixels.Rows(0, good.Length)) { SourceSizes = Size is null ? null : SizesOf([.. good.Select(i => sources[i])]) }], target, classNames)
        {
            Warnings = bad.Length == 0 ? [] : [Skipped(files, bad, expected)],
        };
    }

    private ImageFiles Open()
    {
        Vips.EnsureStarted();
        return new ImageFiles(Path, Folder);
    }

    private (int Height, int Width)? SizeOf(DataTable? train)
    {
        if (train is not { Features: [{ Values: { Rank: 4 } values }] })
        {
            return null;
        }

        return values.Shape[1] == Channels
            ? (values.Shape[2], values.Shape[3])
            : throw AnnealException.BadData($"{Path}: images of {Channels} channels, but the training images have {values.Shape[1]}");
    }

    private (int Height, int Width) FirstSize(ImageFiles files)
    {
        AnnealException? first = null;
        for (int i = 0; i < files.Count && (SkipBad || first is null); i++)
        {
            ((ImageShape Shape, ImageShape Source)? image, AnnealException? error) = Decode(files, i);
            if (image is ((_, var height, var width), _))
            {
                return (height, width);
            }

            first ??= error!.In(files.Name(i));
        }

        throw first!;
    }

    private static int[] ClassesOf(ImageFiles files, string[] classNames)
    {
        var indices = classNames.Select((name, i) => (name, i)).ToDictionary(c => c.name, c => c.i, StringComparer.Ordinal);
        int[] classes = new int[files.Count];
        for (int i = 0; i < classes.Length; i++)
        {
            classes[i] = indices.TryGetValue(files.Class(i), out int index)
                ? index
                : throw AnnealException.BadData($"{files.Name(i)}: folder '{files.Class(i)}' is not a class of the training data ({string.Join(", ", classNames.Take(10))}{(classNames.Length > 10 ? ", …" : "")})");
        }

        return classes;
    }

    private Tensor Allocate(int rows, ImageShape shape)
    {
        try
        {
            return Tensor.Zeros(DType.UInt8, rows, shape.Channels, shape.Height, shape.Width);
        }
        catch (AnnealException error)
        {
            throw AnnealException.BadData($"{rows} images do not fit into memory: {error.Text}", "give a smaller 'size'").In(Path);
        }
    }

    /// <summary>Why an image cannot be used: decoded again, alone, since the library's errors do not tell threads apart.</summary>
    private AnnealException Failure(ImageFiles files, int index, ImageShape expected)
    {
        ((ImageShape Shape, ImageShape Source)? image, AnnealException? error) = Decode(files, index);
        return error ?? AnnealException.BadData(
            $"{image!.Value.Shape.Height}×{image.Value.Shape.Width} pixels, expected {expected.Height}×{expected.Width} as the first image has",
            "'size: [height, width]' stretches all images to one size, 'on_error: skip' leaves such ones out");
    }

    private static ImageSizes SizesOf(ImageShape[] sources) =>
        new(sources.Min(s => s.Height), sources.Min(s => s.Width), sources.Max(s => s.Height), sources.Max(s => s.Width));

    private ((ImageShape Shape, ImageShape Source)? Image, AnnealException? Error) Decode(ImageFiles files, int index, ImageShape expected = default, Span<byte> destination = default)
    {
        try
        {
            return (Vips.Decode(files.Read(index), Channels, Size, expected, destination), null);
        }
        catch (AnnealException error)
        {
            return (null, error);
        }
    }

    private string Skipped(ImageFiles files, int[] bad, ImageShape expected)
    {
        IEnumerable<string> shown = bad.Take(ShownFailures).Select(i => $"{files.Name(i)}: {Failure(files, i, expected).Text.Split(". hint")[0]}");
        string more = bad.Length > ShownFailures ? string.Create(CultureInfo.InvariantCulture, $"; and {bad.Length - ShownFailures} more") : "";
        return string.Create(CultureInfo.InvariantCulture, $"{bad.Length} of {files.Count} images are skipped: {string.Join("; ", shown)}{more}");
    }
}
